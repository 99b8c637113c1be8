# Headings of the style guide.

specimen-words = Values and states
specimen-notices = Notices, emptiness, waiting
specimen-ways = Steps, tabs, tasks
specimen-forms = Forms
specimen-errors = A form not accepted
specimen-answers = Check your answers
specimen-tables = Lists
specimen-work = Upload and progress
specimen-imports = Result of an import
specimen-compare = Side by side
specimen-proofs = Proofs and timeline
specimen-charts = Charts
specimen-blocks = Chart block
specimen-map = Tile map
specimen-mall = The mall

styleguide-title = Style guide
