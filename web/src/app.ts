// Fragments of pages are fetched and swapped by htmx. Attributes with code in them (hx-on, js:) stay unused: the content
// security policy forbids them.
import "htmx.org";
