// How the reference looks. In: nothing. Out: its style sheet, for light and dark, from a phone's width on.

export const referenceStyle = `
:root{color-scheme:light dark;--line:#d0d7de;--soft:#f6f8fa;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{--line:#3d444d;--soft:#161b22;--link:#7cb7ff}}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif}
a{color:var(--link)}
nav{padding:1rem;border-bottom:1px solid var(--line)}
nav ul{margin:0;padding:0 0 .5rem;list-style:none}
nav a{display:block;padding:.2rem 0;text-decoration:none}
nav b,.call b{font:600 .8rem ui-monospace,monospace}
summary{cursor:pointer;padding:.3rem 0}
main{padding:1rem;max-width:60rem}
article{padding:1rem 0;border-top:1px solid var(--line)}
h2{text-transform:capitalize}
h3,h4{margin:.8rem 0 .3rem}
table{display:block;overflow-x:auto;border-collapse:collapse;font-size:.9rem}
th,td{padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{font:.85rem ui-monospace,monospace}
pre{overflow-x:auto;padding:.75rem;background:var(--soft);border:1px solid var(--line);border-radius:6px}
code{font:.85rem/1.5 ui-monospace,monospace}
@media (min-width:60rem){
body{display:grid;grid-template-columns:20rem 1fr}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;border:0;border-right:1px solid var(--line)}
}
`;
