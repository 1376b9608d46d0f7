// The one stylesheet of all pages. In: nothing. Out: CSS text, and the policy that names its hash.
// Written small by hand: it travels inside every page. Text meets 4.5:1 and marks 3:1 on their ground in both schemes.
import { createHash } from "node:crypto";

const css = `
:root{color-scheme:light dark;--bg:#fff;--tx:#15212c;--mu:#55636f;--ln:#e2e7eb;--sf:#f5f7f9;--lk:#0b5cad;--sea:#0f2031;
--ok:#0b7a4b;--deg:#8a5a00;--par:#b3470a;--maj:#c01622;--mnt:#1f5fbf;--inf:#55636f;--q:#8fcfb2}
@media(prefers-color-scheme:dark){:root{--bg:#0c141c;--tx:#e3e9ee;--mu:#98a6b2;--ln:#22303d;--sf:#121d28;--lk:#7db8f5;--sea:#14222f;
--ok:#4cc38a;--deg:#eeb02b;--par:#ff9450;--maj:#ff7070;--mnt:#74adff;--inf:#98a6b2;--q:#2c7a58}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--tx);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
a{color:var(--lk);text-underline-offset:.2em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--lk);outline-offset:2px;border-radius:2px}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
.w{max-width:62rem;margin:auto;padding:0 1.25rem}
.mu{color:var(--mu)}
.n{font-variant-numeric:tabular-nums}
.def{position:absolute;width:0;height:0}
.i{width:1em;height:1em;flex:none;fill:currentColor}
.ok{color:var(--ok)}.deg{color:var(--deg)}.par{color:var(--par)}.maj{color:var(--maj)}.mnt{color:var(--mnt)}.inf{color:var(--inf)}
body>header,.sea{background:var(--sea);color:#fff;--lk:#a9d1fb;--mu:#b3c2d0;--ok:#54d399;--deg:#f6c34c;--par:#ff9b5a;--maj:#ff8080;--mnt:#86b8ff;--inf:#b3c2d0}
body>header .w{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;align-items:baseline;padding-top:1.1rem;padding-bottom:1.1rem}
body>header a{color:inherit;text-decoration:none}
body>header a:hover{text-decoration:underline}
.org{font-weight:650;font-size:1.05rem;letter-spacing:-.01em}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.9rem}
body>header nav a{color:var(--mu)}
body>.stale{padding:.7rem 1.25rem;background:#ffe08a;color:#3a2a00;text-align:center;font-weight:600}
body>.emergency{background:#b3131f;color:#fff}
.sea{position:relative}
.sea .w{padding-top:1.25rem;padding-bottom:2.25rem}
.lamp{display:flex;gap:1.1rem;align-items:flex-start}
.lamp>.i{font-size:2.6rem;margin-top:.12em}
.lamp:after{content:"";position:absolute;left:0;right:0;bottom:0;height:.3rem;background:currentColor}
.lamp>div{color:#fff;min-width:0}
h1{font-size:clamp(1.65rem,1.2rem + 2.6vw,2.6rem);line-height:1.15;font-weight:680;letter-spacing:-.022em;text-wrap:balance}
.sea p{color:var(--mu);margin-top:.5rem}
.sea p b{color:#fff;font-weight:600}
main>.w>section{padding:2.25rem 0 .5rem}
main>.w>section:empty{display:none}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
h2{font-size:1.3rem;line-height:1.3;font-weight:650;letter-spacing:-.012em}
h3{font-size:1rem;line-height:1.4;font-weight:600}
.hd{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between;align-items:baseline;margin-bottom:.6rem}
.hd .mu{font-size:.85rem}
.card{border:1px solid var(--ln);border-left:.3rem solid;border-radius:.3rem;background:var(--sf);padding:1rem 1.15rem 1.1rem;margin-top:.9rem}
.card>*{color:var(--tx)}
.card h3{font-size:1.1rem}
.card h3 a,.past a{color:inherit;text-decoration-color:var(--mu)}
.tag{display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin-top:.15rem;align-items:center;font-size:.875rem;color:var(--mu)}
.st{display:inline-flex;gap:.4em;align-items:center;font-weight:600}
.said{margin-top:.6rem}
.md{margin:.5rem 0}
ul.md{list-style:disc;padding-left:1.25rem}ol.md{list-style:decimal;padding-left:1.6rem}
[dir=rtl].md{padding:0 1.25rem 0 0}
blockquote.md{border-left:.2rem solid var(--ln);padding-left:.9rem;color:var(--mu)}
pre{white-space:pre-wrap;background:var(--sf);border:1px solid var(--ln);border-radius:.3rem;padding:.5rem .7rem;overflow-wrap:anywhere}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.told,.more{font-size:.875rem;color:var(--mu)}
.said p+p,.log p+p{margin-top:.6rem}
.more{margin-top:.6rem}
.g{border-top:1px solid var(--ln)}
.g:last-child,.g+.rows{border-bottom:1px solid var(--ln)}
.row{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center;padding:.7rem 0}
.row .bar{order:3;flex:1 1 calc(100% - 5.5rem);min-width:0}
.row .up{order:4;flex:none;width:4.5rem;font-size:.85rem;line-height:1.25;text-align:right;color:var(--mu);white-space:nowrap}
.up small{display:block}
.row .st{font-size:.9rem;white-space:nowrap}
.row .nm{flex:1 1 9rem;min-width:0;max-height:6.2em;overflow:hidden}
.row .nm small{display:block;color:var(--mu);font-size:.82rem;line-height:1.4}
.rows>li+li,.g .rows>li{border-top:1px solid var(--ln)}
.g .rows{padding-left:1.35rem}
summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary .nm{display:flex;gap:.6rem;align-items:baseline}
summary .nm:before{content:"";flex:none;width:.45em;height:.45em;border:solid var(--mu);border-width:0 .13em .13em 0;transform:rotate(-45deg);margin-right:.05em}
[open]>summary .nm:before{transform:rotate(45deg) translate(-.1em,-.1em)}
[open]>summary .bar,[open]>summary .up{display:none}
summary:hover h3{text-decoration:underline;text-underline-offset:.2em}
.bar{display:block;width:100%;height:1.5rem}
.bar path{fill:none;stroke:currentColor;stroke-width:.74;vector-effect:none}
.bar .q{stroke:var(--q);stroke-width:3;stroke-dasharray:.74 .26}
.bar .x{stroke:var(--ln);stroke-width:1;stroke-dasharray:.74 .26}
.past>li{padding:.8rem 0;border-top:1px solid var(--ln);display:grid;gap:.15rem 1.5rem}
.past h2,.past h3{font-weight:600;line-height:1.4;letter-spacing:0;color:var(--mu);font-size:.9rem}
.past li li+li{margin-top:1rem}
.past b{font-weight:600}
.log{border-left:2px solid var(--ln);margin:1.2rem 0 0 .45rem}
.log>li{position:relative;padding:0 0 1.75rem 1.5rem}
.log>li:before{content:"";position:absolute;left:-.5rem;top:.35rem;width:.85rem;height:.85rem;border-radius:50%;background:var(--bg);border:.2rem solid var(--mu);box-sizing:border-box}
.log h3{display:flex;flex-wrap:wrap;gap:0 .9rem;align-items:baseline;margin-bottom:.2rem}
.log h3 time{font-weight:400;font-size:.9rem;color:var(--mu)}
.chg{font-size:.875rem;margin-top:.5rem}
.chg li{display:flex;flex-wrap:wrap;gap:0 .5rem}
.cmp{display:flex;flex-wrap:wrap;gap:.4rem;margin-top:.5rem}
.cmp li{border:1px solid var(--ln);border-radius:.3rem;padding:.1rem .55rem;font-size:.9rem}
.pg{display:flex;justify-content:space-between;gap:1rem;padding:1.25rem 0}
.mo{columns:13rem;margin-top:.5rem}
footer{border-top:1px solid var(--ln);margin-top:2.5rem;font-size:.9rem;color:var(--mu)}
footer .w{padding-top:1.25rem;padding-bottom:2.5rem;display:flex;flex-wrap:wrap;gap:.5rem 2rem;justify-content:space-between}
footer a{color:inherit}
@media(min-width:46rem){
.sea .w{padding-top:2rem;padding-bottom:2.75rem}
.past>li{grid-template-columns:12rem 1fr}
}
@media(min-width:58rem){
.row{display:grid;grid-template-columns:15rem 1fr 4.5rem 13rem;padding:.5rem 0}
.g .rows .row{grid-template-columns:13.65rem 1fr 4.5rem 13rem}
.row .bar,.row .up{order:0}
.row .st{grid-column:4}
}
@media(forced-colors:active){.i,.bar{forced-color-adjust:auto}.bar path{stroke:CanvasText}.card,.log>li:before{border-color:CanvasText}}
`;

/** What stands between `<style>` and `</style>`. */
export const styleText = css.replaceAll("\n", "");

/** The source expression that lets this stylesheet, and no other, through a `style-src` policy. */
const styleHash = `'sha256-${createHash("sha256").update(styleText).digest("base64")}'`;

/**
 * The Content-Security-Policy of every page (CSP 3). It stands in the page itself, so that it also holds where the page is a file of a
 * mirror. The page's own script and what that asks for, no inline script, no style attribute, nothing from elsewhere.
 */
export const pagePolicy = `default-src 'none'; style-src ${styleHash}; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'`;
