// The one stylesheet of the admin pages. In: the pieces and colours of the public page. Out: CSS text, served as a file of its own.
// The same light over the water: a state is a lamp (shape, words, colour); here it stands beside what is done about it. Logical properties alone.
import { pieces } from "../render/style-text.ts";

/** Above, beside and around what a screen shows. */
const frame = `
html{scroll-padding-top:1rem}
body>header .w{max-width:none}
.skip:focus{clip-path:none;width:auto;height:auto;inset-block-start:.5rem;z-index:9;background:var(--bg);color:var(--tx)!important;padding:.7rem 1rem}
body>header .w{padding-block:.35rem;flex-wrap:nowrap}
body>header a,body>header button{display:inline-flex;align-items:center;min-height:2.75rem}
body>header nav{flex-wrap:nowrap;flex:none}
body>header form{display:block;margin:0}
body>header button{background:none;border:0;color:var(--mu);padding:0;font:inherit;min-height:2.75rem}
.org{max-height:none}
.org .i{color:#54d399;font-size:1.1rem}
.org span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:16rem}
.desk>.menu{border-bottom:1px solid var(--ln);padding:0 1.25rem}
.menu>summary{display:flex;align-items:center;min-height:2.75rem;font-weight:600}
.menu>summary:after{content:"";margin-inline-start:.6rem;width:.45em;height:.45em;border:solid var(--mu);border-width:0 .13em .13em 0;transform:translateY(-.15em) rotate(45deg)}
.menu nav{display:block;padding-bottom:.75rem;font-size:.95rem}
.menu h2{font-size:.8rem;letter-spacing:0;color:var(--mu);margin:.8rem 0 .1rem}
.menu nav a{display:flex;align-items:center;min-height:2.75rem;color:var(--tx);text-decoration:none;padding-inline:.6rem;margin-inline:-.6rem;border-radius:.4rem}
.menu nav a:hover{text-decoration:underline}
.menu nav [aria-current]{background:var(--sf);font-weight:650;box-shadow:inset .2rem 0 var(--lk)}
main{min-width:0;padding:0 1.25rem 3rem}
.wide{margin-inline:-1.25rem}
.wide .w{padding-inline:1.25rem}
.head{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;padding-block:1.3rem .4rem}
.head h1{font-size:clamp(1.4rem,1.2rem + 1vw,1.8rem)}
main>section,main>div>section,.cols>section,.cols>div>section{padding-top:1.6rem}
@media(min-width:60rem){
.desk{display:grid;grid-template-columns:14rem minmax(0,1fr);min-height:calc(100vh - 3.5rem)}
.desk.solo{display:block}
.desk>.menu{border-bottom:0;border-inline-end:1px solid var(--ln);padding-block-start:.6rem}
@supports selector(::details-content){.menu>summary{display:none}.menu::details-content{content-visibility:visible;block-size:auto}}
main{padding-inline:2.25rem}
.desk>main>:not(#now),#now>section{max-width:64rem}
.wide{margin-inline:-2.25rem}
.wide .w{margin:0;padding-inline:2.25rem}
.cols{display:grid;grid-template-columns:minmax(0,1fr) minmax(20rem,26rem);gap:0 2.25rem;align-items:start}
}
`;

/** What is said back, and what is asked for. */
const words = `
.say{border:1px solid;border-radius:.5rem;padding:.7rem 1rem;margin-top:1rem;background:color-mix(in srgb,currentColor 7%,var(--bg))}
.say>*{color:var(--tx)}
.say>b,.say>h2{color:inherit;font-size:1rem}
.say ul{list-style:disc;padding-inline-start:1.2rem}
.say p+p{margin-top:.4rem}
.say p+form,details.del p+form{margin-top:.7rem}
.lost{position:sticky;inset-block-start:.5rem;z-index:8;color:var(--deg)}
.lost a{color:var(--lk)}
form{max-width:40rem}
form.row,form.bare{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;max-width:none;margin:0;padding:0;border:0}
form.wideform{max-width:none}
form.row{margin-block:.4rem .6rem}
form.row>input,.find>input{flex:1 1 8rem;width:auto}
.find{display:flex;gap:.5rem;margin-bottom:.5rem}
label.ck .hint{display:block}
.list>li>form.bare{margin-inline-start:auto}
label>span,legend{font-weight:600}
label.ck>span{font-weight:400}
legend{padding:0;margin-bottom:.3rem}
.hint{font-weight:400;color:var(--mu);font-size:.875rem}
input,select,textarea{font:inherit;font-weight:400;color:inherit;background:var(--bg);border:1px solid var(--mu);border-radius:.4rem;padding:.55rem .7rem;min-width:0;width:100%;min-height:2.75rem}
textarea{min-height:8rem;resize:vertical}
textarea.long{min-height:16rem}
input[type=checkbox],input[type=radio]{width:1.35rem;height:1.35rem;min-height:0;flex:none;margin:0;accent-color:var(--lk)}
input[type=color]{padding:.2rem;width:4.5rem}
input[readonly],textarea[readonly]{background:var(--sf)}
label.ck{display:flex;gap:.7rem;align-items:center;min-height:2.75rem;font-weight:400}
.two{display:grid!important;grid-template-columns:repeat(auto-fit,minmax(min(13rem,100%),1fr));gap:.9rem}
.two.even{grid-template-columns:1fr 1fr}
.when{border:1px solid var(--ln);border-radius:.5rem;padding:.7rem 1rem}
.when h2{font-size:1rem}
.when .list{border:0}
.when .list>li{min-height:2.2rem;padding-block:.2rem}
button,.btn{display:inline-flex;align-items:center;justify-content:center;min-height:2.75rem;font:inherit;font-weight:600;color:var(--bg);background:var(--lk);border:1px solid transparent;border-radius:.4rem;padding:.4rem 1.1rem;cursor:pointer;text-decoration:none}
button.quiet,.btn.quiet{background:none;color:var(--lk);border-color:var(--ln)}
button.no,.btn.no{background:var(--maj)}
.acts{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
.acts.end{margin-top:1rem}
.acts>a:not(.btn),p>a:only-child:not(.btn){display:inline-flex;align-items:center;min-height:2.75rem}
.stick{position:sticky;inset-block-end:0;background:var(--bg);padding-block:.6rem;z-index:1}
.stick button{padding-inline:.85rem}
.chips{display:flex;flex-wrap:wrap;gap:.5rem}
.chips label{display:flex;gap:.5rem;align-items:center;min-height:2.75rem;padding:.2rem .8rem;border:1px solid var(--mu);border-radius:1.4rem;font-weight:400;cursor:pointer}
.chips label:has(:checked){border-color:var(--lk);background:color-mix(in srgb,var(--lk) 10%,var(--bg));font-weight:600}
.pick{max-height:17rem;overflow:auto;border:1px solid var(--ln);border-radius:.4rem;padding:.2rem .8rem}
.pick label{font-weight:400}
.often:has([value=DAILY]:checked,[value=YEARLY]:checked) :is(.of-week,.of-month,.of-rule),
.often:has([value=WEEKLY]:checked) :is(.of-month,.of-rule),
.often:has([value=MONTHLY]:checked) :is(.of-week,.of-rule),
.often:has([name=unit] [value=""]:checked) :is(.of-week,.of-month,.of-end){display:none!important}
.often>*+*{margin-top:.9rem}
details.more{margin-top:.4rem}
details.more>summary,details.del>summary{display:inline-flex;align-items:center;min-height:2.75rem;color:var(--lk);text-decoration:underline;text-underline-offset:.2em}
details.more>*+*{margin-top:.9rem}
.key{font:600 1.05rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;user-select:all;background:var(--sf);border:1px solid var(--ln);border-radius:.4rem;padding:.6rem .8rem;margin-top:.6rem}
.codes{columns:2;max-width:20rem}
.qr{display:block;width:14rem;height:14rem;background:#fff;padding:.6rem;border-radius:.4rem;margin-top:.6rem}
.qr path{fill:#000}
`;

/** Who is not in yet. */
const door = `
.door{max-width:26rem!important;margin:8vh auto 0;padding:0}
.door form{max-width:none}
`;

/** Lists, what is compared, and the page as readers will see it. */
const shown = `
.list{margin-top:.4rem;border-bottom:1px solid var(--ln)}
.list>li{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:center;justify-content:space-between;min-height:3.25rem;padding-block:.45rem;border-top:1px solid var(--ln)}
.list>li>div:first-child{flex:1 1 16rem;min-width:0}
.list a.whole{display:flex;align-items:center;min-height:2.75rem;color:inherit;font-weight:600}
.list .in{padding-inline-start:1.4rem}
.list small,.sub{display:block;color:var(--mu);font-size:.85rem;font-weight:400}
.facts{display:flex;flex-wrap:wrap;gap:.4rem 2.2rem;margin-top:1rem}
.facts dt{color:var(--mu);font-size:.85rem}
.facts dd{font-weight:600}
td form{margin:0}
th[scope=row]{font-weight:600}
.tb td,.tb th{vertical-align:middle}
.tb [scope=col]{overflow-wrap:normal;word-break:normal}
.tb td a{display:inline-flex;min-height:2.75rem;align-items:center}
.view{display:block;width:100%;height:34rem;border:1px solid var(--ln);border-radius:.6rem;background:var(--bg)}
.side{position:relative}
@media(min-width:60rem){.side{position:sticky;inset-block-start:0;padding-bottom:1rem}.side .view{height:calc(100vh - 12rem);min-height:24rem}}
.pair{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));margin-top:1rem}
.pair>div{border:1px solid var(--ln);border-radius:.5rem;padding:.8rem 1rem;min-width:0}
.diff{margin-top:.6rem;font:.875rem/1.7 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.swatch{display:inline-block;width:1.2em;height:1.2em;border-radius:.2em;border:1px solid var(--ln);vertical-align:text-bottom}
.swatch rect{width:100%;height:100%}
.btn[aria-current]{border-color:currentColor;box-shadow:inset 0 -3px 0 currentColor}
:is(.list,.hint,.tb)+.acts,.acts+figure,form+form.bare{margin-top:.8rem}
section+h2{margin-top:1.8rem}
.found svg{display:block;width:100%;height:2.5rem;border-bottom:1px solid var(--ln)}
.found figcaption{font-size:.85rem;color:var(--mu)}
.found{margin:.8rem 0 0}
.empty{color:var(--mu);padding-block:1rem}
.sea .acts{margin-top:1rem}
.sea .btn{background:#fff;color:#0f2031}
.sea .btn.quiet{background:none;color:#fff;border-color:currentColor}
.htmx-request .busy{opacity:.5}
.log>li{padding-block-end:1.2rem}
.log h3{align-items:center}
.log h3 a{display:inline-flex;align-items:center;min-height:2.75rem;font-weight:400}
`;

export const styleText = [
  pieces.base,
  pieces.card,
  pieces.log,
  pieces.table,
  pieces.form,
  frame,
  words,
  door,
  shown,
].join("");
