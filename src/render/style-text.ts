// The stylesheets' text, in the pieces that kinds of page are put together from. In: colours. Out: CSS.
// Small by hand, since it travels inside every page. Logical properties alone, so that a page reads from right to left as well.
import { customProperties, dark, light, sea } from "./palette.ts";

const { bg: seaGround, tx: _, ...onSea } = sea;

const base = `
:root{color-scheme:light dark;${customProperties(light)};--sea:${seaGround}}
@media(prefers-color-scheme:dark){:root{${customProperties(dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--tx);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
a{color:var(--lk);text-underline-offset:.2em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--lk);outline-offset:2px;border-radius:.2rem}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
.w{max-width:62rem;margin:auto;padding:0 1.25rem}
.mu{color:var(--mu)}
.n{font-variant-numeric:tabular-nums}
time{unicode-bidi:isolate}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.def{position:absolute;width:0;height:0}
.i{width:1em;height:1em;flex:none;fill:currentColor}
.ok{color:var(--ok)}.deg{color:var(--deg)}.par{color:var(--par)}.maj{color:var(--maj)}.mnt{color:var(--mnt)}.inf{color:var(--inf)}
body>header,.sea{background:var(--sea);color:#fff;${customProperties(onSea)}}
body>header .w{display:flex;flex-wrap:wrap;gap:.35rem 1.75rem;justify-content:space-between;align-items:center;padding-block:1rem}
body>header a{color:inherit;text-decoration:none}
body>header a:hover{text-decoration:underline}
.org{display:flex;gap:.7rem;align-items:center;min-width:0;max-height:4.6em;overflow:hidden;font-weight:650;font-size:1.05rem;letter-spacing:-.01em}
.org img{height:2rem;width:auto;max-width:12rem;object-fit:contain}
nav{display:flex;flex-wrap:wrap;gap:.1rem 1.35rem;font-size:.9rem}
nav a{padding-block:.2rem}
body>header nav a{color:var(--mu)}
body>header [aria-current]{color:#fff;box-shadow:0 .12em}
body>.stale,body>.lost{padding:.7rem 1.25rem;background:#ffe08a;color:#3a2a00;text-align:center;font-weight:600}
body>.emergency{background:#b3131f;color:#fff}
.sea{position:relative;isolation:isolate;overflow:hidden}
.sea .w{padding-block:1.1rem 2rem}
.lamp{display:flex;gap:1rem;align-items:flex-start}
.lamp>.i{font-size:2.5rem;margin-top:.1em}
.lamp:before,.lamp:after{content:"";position:absolute;inset:auto 0 0;border-bottom:.3rem solid}
.lamp:before{z-index:-1;height:100%;border:0;background:radial-gradient(ellipse 75% 95% at 50% 100%,currentColor,transparent);opacity:.2}
.lamp>div{color:#fff;min-width:0;flex:1}
h1{font-size:clamp(1.6rem,1.15rem + 2.4vw,2.5rem);line-height:1.15;font-weight:680;letter-spacing:-.022em;text-wrap:balance}
.sea p{color:var(--mu);margin-top:.45rem}
.sea p b{color:#fff;font-weight:600}
main>.w>section{padding:2.1rem 0 .4rem}
main>.w>section:empty{display:none}
h2{font-size:1.3rem;line-height:1.3;font-weight:650;letter-spacing:-.012em}
h3{font-size:1rem;line-height:1.4;font-weight:600}
.hd{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between;align-items:baseline;margin-bottom:.6rem}
.hd .mu{font-size:.85rem}
.tag{display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin-top:.15rem;align-items:center;font-size:.875rem;color:var(--mu)}
.st{display:inline-flex;gap:.4em;align-items:center;font-weight:600}
.said{margin-top:.6rem}
.md{margin:.5rem 0}
ul.md{list-style:disc;padding-inline-start:1.25rem}ol.md{list-style:decimal;padding-inline-start:1.6rem}
blockquote.md{border-inline-start:.2rem solid var(--ln);padding-inline-start:.9rem;color:var(--mu)}
pre{white-space:pre-wrap;background:var(--sf);border:1px solid var(--ln);border-radius:.3rem;padding:.5rem .7rem;overflow-wrap:anywhere}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.told,.more{font-size:.875rem;color:var(--mu)}
.said p+p,.log p+p{margin-top:.6rem}
.more{margin-top:.6rem}
.cmp{display:flex;flex-wrap:wrap;gap:.4rem;margin-top:.6rem}
.cmp li{border:1px solid var(--ln);border-radius:.4rem;padding:.1rem .55rem;font-size:.9rem;max-width:100%}
.sea .cmp li{display:flex;gap:.45rem;align-items:baseline;border-color:currentColor;max-height:3.3em;overflow:hidden}
.sea .cmp .i{font-size:.8em}
.sea .cmp a{color:#fff}
.past>li{padding:.8rem 0;border-top:1px solid var(--ln);display:grid;gap:.15rem 1.5rem}
.past h2,.past h3{font-weight:600;line-height:1.4;letter-spacing:0;color:var(--mu);font-size:.9rem}
.past li li+li{margin-top:1rem}
.past b{font-weight:600}
.past a{color:inherit;text-decoration-color:var(--mu)}
.pg{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.5rem 1rem;padding:1.25rem 0}
footer{border-top:1px solid var(--ln);margin-top:2.5rem;font-size:.9rem;color:var(--mu)}
footer .w{padding-block:1.25rem 2.5rem;display:flex;flex-wrap:wrap;gap:.5rem 2rem;justify-content:space-between}
footer a{color:inherit}
footer [aria-current]{color:var(--tx);text-decoration:none}
.turn{font:inherit;color:inherit;background:none;border:0;padding:.2rem 0;text-decoration:underline;text-underline-offset:.2em;cursor:pointer}
@media(min-width:46rem){.sea .w{padding-block:1.75rem 2.6rem}.past>li{grid-template-columns:12rem 1fr}}
@media(forced-colors:active){.lamp:before{display:none}.card,.log>li:before{border-color:CanvasText}}
@media print{body>header,.sea{background:none;color:#000;${customProperties({ mu: light.mu, ok: light.ok, deg: light.deg, par: light.par, maj: light.maj, mnt: light.mnt, inf: light.inf })}}.lamp>div,.sea p b,.sea .cmp a,body>header [aria-current]{color:#000}.lamp:before,nav,.more{display:none}.org img{background:var(--sea);print-color-adjust:exact}.card,.past>li{break-inside:avoid}}
`;

/** What is open or planned: a head in the colour of its mark, and how far it has come. */
const card = `
.card{border:1px solid;border-color:color-mix(in srgb,currentColor 35%,var(--bg));border-radius:.6rem;margin-top:.9rem;overflow:hidden}
.card>*{padding-inline:1.15rem}
.card>header{background:var(--sf);background:color-mix(in srgb,currentColor 8%,var(--bg));padding-block:.75rem .8rem}
.card>div{color:var(--tx);padding-block:.2rem 1.1rem}
.card h3{font-size:1.15rem;color:var(--tx);max-height:7em;overflow:hidden}
.card h3 a{color:inherit;text-decoration-color:var(--mu)}
.way{display:flex;margin-top:1.1rem;font-size:.8rem;line-height:1.3;color:var(--mu)}
.way li{flex:1;position:relative;border-top:.15rem solid var(--ln);padding-block-start:.6rem}
.way li:last-child{flex:none;min-width:.65rem}
.way li:before{content:"";position:absolute;inset-block-start:-.4rem;inset-inline-start:0;width:.65rem;height:.65rem;border-radius:50%;background:var(--bg);border:.15rem solid var(--ln)}
.way .d:not([aria-current]),.way .d:before{border-color:var(--at)}
.way .d:before{background:var(--at)}
.way [aria-current]{color:var(--tx);font-weight:650}
.way [aria-current]:before{box-shadow:0 0 0 .2rem color-mix(in srgb,var(--at) 25%,transparent)}
.ok{--at:var(--ok)}.deg{--at:var(--deg)}.par{--at:var(--par)}.maj{--at:var(--maj)}.mnt{--at:var(--mnt)}.inf{--at:var(--inf)}
@media(max-width:34rem){.way li:not([aria-current]){font-size:0}}
@media(forced-colors:active){.way .d:before{background:CanvasText}}
`;

/** Rows of components, and their days: calm lies on the water, trouble rises. */
const rows = `
.g{border-top:1px solid var(--ln)}
.g:last-child,.g+.rows{border-bottom:1px solid var(--ln)}
.row{position:relative;display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center;padding:.65rem 0}
.row .bar{order:3;flex:1 1 calc(100% - 5.5rem);min-width:0}
.row .up{order:4;flex:none;width:4.5rem;font-size:.85rem;line-height:1.25;text-align:end;color:var(--mu);white-space:nowrap}
.up small{display:block}
summary.row .bar{flex-basis:calc(100% - 9rem)}summary.row .up{width:auto;min-width:4.5rem}
.row .st{font-size:.9rem;white-space:nowrap}
.row .nm{flex:1 1 9rem;min-width:0;max-height:6.2em;overflow:hidden}
.nm small{display:block;color:var(--mu);font-size:.82rem;line-height:1.4}
.rows>li+li,.g .rows>li{border-top:1px solid var(--ln)}
.g .rows{padding-inline-start:1.35rem}
summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary .nm{display:flex;gap:.6rem;align-items:baseline}
summary .nm:before{content:"";flex:none;width:.45em;height:.45em;border:solid var(--mu);border-width:0 .13em .13em 0;transform:translateY(-.15em) rotate(45deg)}
details:not([open])>summary .nm:before{transform:rotate(-45deg)}
[dir=rtl] details:not([open])>summary .nm:before{transform:rotate(135deg)}
[open]>summary .bar,[open]>summary .up{display:none}
.row:hover h3{text-decoration:underline;text-underline-offset:.2em}
.bar{display:block;height:1.5rem}
.over{position:relative;margin:.8rem 0 1.2rem}.big{height:3rem}
.two{display:flex!important}
.all{padding:.5rem 1.35rem .9rem;font-size:.85rem}
a.bar:before{content:"";position:absolute;inset:0}
.bar svg{position:relative;display:block;width:100%;height:100%}
.day{position:absolute;z-index:1;inset:100% 0 auto auto;background:var(--tx);color:var(--bg);border-radius:.3rem;padding:.2rem .7rem;font-size:.85rem}
[dir=rtl] .bar svg{transform:scaleX(-1)}
.bar path,.q{fill:none;stroke:currentColor;stroke-width:.74}
.bar .q,.q{stroke:var(--q);stroke-width:3;stroke-dasharray:.74 .26}
.bar .x{stroke:var(--ln);stroke-width:1;stroke-dasharray:.74 .26}
@media(min-width:58rem){
.row{display:grid;grid-template-columns:15rem 1fr 4.5rem 13rem;padding:.5rem 0}
.g .rows .row{grid-template-columns:13.65rem 1fr 4.5rem 13rem}
summary.row{grid-template-columns:15rem 1fr minmax(4.5rem,max-content) 13rem}
.row .bar,.row .up{order:0}
.row .st{grid-column:4}
}
@media(forced-colors:active){.bar path,.q{stroke:CanvasText!important}}
@media print{details::details-content{content-visibility:visible;block-size:auto}}
`;

/** Ages of what vendors say, below or between name and state. */
const vendors = `
.ages{order:3;flex:1 1 100%;font-size:.85rem}
.nm small{max-height:4.2em;overflow:hidden;text-align:match-parent}
.cmp+.mu{margin-top:.7rem}
@media(min-width:58rem){.row .ages{order:0;grid-column:2/4}}
`;

/** Charts of metrics. */
const chart = `
.mts{display:grid;gap:1.3rem 2.5rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.mt{margin:0;min-width:0}
.mt .hd{margin:0}
.mt>p{font-size:.82rem}
.ct{display:flex;gap:.5rem;margin:.5rem 0 .3rem}
.ct svg{flex:1;min-width:0;height:5.5rem;border-block:1px solid var(--ln)}
.ct p{display:flex;white-space:nowrap;flex-direction:column;justify-content:space-between;font-size:.78rem;line-height:1}
.mt path{fill:none;stroke:var(--mnt);stroke-width:2;stroke-linecap:round;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.mt figcaption{font-size:.82rem}
[dir=rtl] .ct svg{transform:scaleX(-1)}
@media(forced-colors:active){.mt path{stroke:CanvasText}}
`;

/** What was said of an incident, the latest first. */
const log = `
.log{border-inline-start:2px solid var(--ln);margin-block-start:1.2rem;margin-inline-start:.45rem}
.log>li{position:relative;padding-block-end:1.75rem;padding-inline-start:1.5rem}
.log>li:before{content:"";position:absolute;inset-inline-start:-.5rem;inset-block-start:.35rem;width:.85rem;height:.85rem;border-radius:50%;background:var(--bg);border:.2rem solid var(--mu)}
.log h3{display:flex;flex-wrap:wrap;gap:0 .9rem;align-items:baseline;margin-bottom:.2rem}
.log h3 time{font-weight:400;font-size:.9rem;color:var(--mu)}
.chg{font-size:.875rem;margin-top:.5rem}
.chg li{display:flex;flex-wrap:wrap;gap:0 .5rem}
`;

/** Months to choose from. */
const months = `
.mo{columns:13rem;margin-top:.5rem}
`;

/** Tables: uptime by month, days of a component, intervals in force. `.tb` scrolls where a table is wider than a phone. */
const table = `
.tb{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:start;color:var(--mu);padding-block-end:.4rem}
th,td{text-align:start;vertical-align:baseline;font-weight:400;padding:.4rem 1rem .4rem 0;padding-inline:0 1rem;border-top:1px solid var(--ln)}
thead th{color:var(--mu);font-size:.85rem;border:0}
td.n{white-space:nowrap}
td .st{align-items:baseline}
td .st>svg{align-self:center}
`;

/** What components went through. */
const course = `
.crs{display:grid;gap:1.1rem 2rem;margin-top:.8rem}
.crs h3{max-height:4.2em;overflow:hidden}
.crs .dy{max-width:none;height:.9rem;margin:.3rem 0}
.crs .ok{color:var(--q)}
.crs .chg .ok{color:var(--ok)}
.crs .chg{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:0}
.crs time{color:var(--mu)}
.pm{max-width:44rem}
.pm>*+*{margin-top:.7rem}
.log h3 a{color:inherit;text-decoration:none}
.log h3 a:hover{text-decoration:underline}
h4{margin:.9rem 0 .2rem;font-size:1rem}h5,h6{margin:.7rem 0 .1rem;font-size:.95rem}
@media(min-width:46rem){.crs{grid-template-columns:repeat(auto-fill,minmax(26rem,1fr))}}
`;

/** Days of a month, one component beside the other. */
const days = `
.ut{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,13rem),1fr));gap:1.75rem 2rem;margin-top:1rem}
.ut h3{max-height:4.2em;overflow:hidden}
h2>a,.ut h3 a{color:inherit;text-decoration-color:var(--mu)}
.ut p{color:var(--mu);font-size:.9rem}
.dy{display:block;width:100%;max-width:13rem;margin:.5rem 0}
.dy path{fill:currentColor}
.dy .w,.dy .x{fill:none;stroke:var(--q);stroke-width:1.6}
.dy .x{stroke:var(--ln)}
[dir=rtl] .dy{transform:scaleX(-1)}
.chg{font-size:.85rem}
.chg li{display:flex;gap:.4rem;align-items:baseline}
.chg .i{transform:translateY(.1em);font-size:.85em}
@media(forced-colors:active){.dy path{fill:CanvasText}.dy .w{fill:none;stroke:CanvasText}.dy .x{fill:none;stroke:GrayText}}
`;

/** Days of a month as a table of what is planned. */
const calendar = `
.cal{display:grid;gap:.5rem 2rem;margin-top:.8rem}
.cal table{border-collapse:collapse;width:100%;max-width:26rem;table-layout:fixed;font-size:.9rem;font-variant-numeric:tabular-nums;align-self:start}
.cal th{font-weight:400;color:var(--mu);font-size:.8rem;padding:.2rem 0}
.cal td{border:1px solid var(--ln);padding:0;height:2.6rem;text-align:center;color:var(--mu)}
.cal td a{display:flex;flex-direction:column;align-items:center;justify-content:center;height:100%;font-weight:650;line-height:1.1;color:inherit;text-decoration:none}
.cal .mnt{color:var(--mnt)}
.cal td .i{font-size:.7em}
.cal .past>li{display:block}
@media(min-width:46rem){.cal{grid-template-columns:minmax(0,20rem) 1fr}}
`;

/** Forms. */
const form = `
form{display:grid;gap:.9rem;max-width:30rem;margin-top:1rem}
label{display:grid;gap:.25rem;font-weight:600}
label small{font-weight:400;color:var(--mu)}
input,select{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--mu);border-radius:.4rem;padding:.5rem .7rem;min-width:0}
fieldset{border:0;padding:0;margin:0;min-width:0}
label.ck{display:flex;gap:.6rem;align-items:baseline;font-weight:400}
button{font:inherit;font-weight:600;justify-self:start;color:var(--bg);background:var(--lk);border:1px solid transparent;border-radius:.4rem;padding:.5rem 1.1rem;cursor:pointer}
`;

/** Texts to be taken along: one click takes all of it. */
const snippet = `
p img{max-width:100%;height:auto}
.snip{user-select:all;margin-top:.6rem}
main p+p,main p+ul{margin-top:.6rem}
main img{vertical-align:middle}
.shown{margin-block:1rem 1.5rem}
`;

/** Forms that ask for an address and a choice. */
const ask = `
.fm{display:grid;gap:.9rem;justify-items:start;max-width:34rem;margin:.9rem 0}
.fm p{display:grid;gap:.3rem;width:100%}
.fm p label,.fm legend{font-weight:600;padding:0}
.fm input:not([type=radio],[type=checkbox]){width:100%;font:inherit;color:inherit;background:var(--sf);border:1px solid var(--mu);border-radius:.3rem;padding:.55rem .7rem}
.fm fieldset{border:0;margin:0;padding:0;display:grid;gap:.35rem;width:100%}
.fm fieldset label{display:flex;gap:.55rem;align-items:baseline;padding-block:.15rem}
.pick{max-height:20rem;overflow:auto}
.fm button{font:inherit;font-weight:600;color:var(--bg);background:var(--lk);border:0;border-radius:.3rem;padding:.65rem 1.1rem;min-height:2.75rem;cursor:pointer}
.fd{border-block-end:1px solid var(--ln)}
.fd summary{padding-block:.7rem;font-weight:600;cursor:pointer}
`;

export const pieces = {
  base,
  card,
  rows,
  vendors,
  chart,
  log,
  months,
  table,
  calendar,
  days,
  course,
  form,
  ask,
  snippet,
} as const;

/** A piece of stylesheet beyond the base, which every page has. */
export type Piece = Exclude<keyof typeof pieces, "base">;
