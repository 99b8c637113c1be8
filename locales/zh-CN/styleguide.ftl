# Headings of the style guide.

specimen-words = 数值与状态
specimen-notices = 提示、空白与等待
specimen-ways = 步骤、标签页与待办
specimen-forms = 表单
specimen-errors = 填错了
specimen-answers = 核对
specimen-tables = 列表
specimen-work = 上传与进度
specimen-imports = 导入结果
specimen-compare = 并排核对
specimen-proofs = 证明与轨迹
specimen-charts = 图表
specimen-blocks = 图表块
specimen-map = 方格图
specimen-mall = 商城

styleguide-title = 组件样册
