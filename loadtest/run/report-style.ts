// How a report looks, by day and by night, on a phone and on a wall. Text only.

export const reportStyle = `
:root{color-scheme:light dark;--paper:#fff;--raised:#f5f7f9;--ink:#16212c;--soft:#566472;--rule:#dfe5ea;--band:#eef3f8;--good:#147a45;--bad:#c02f3c;--odd:#9a5b00;
--c0:#2563c9;--c1:#c45f0a;--c2:#1b8554;--c3:#8047c4;--c4:#c02f62;--c5:#0d7f8d;--c6:#6d7885;--c7:#8a6d00;--r0:#9cc0ef;--r1:#4a86d8;--r2:#123f8c}
@media(prefers-color-scheme:dark){:root{--paper:#10171e;--raised:#18222b;--ink:#e7edf2;--soft:#a3b1be;--rule:#2b3844;--band:#1a2631;--good:#4fc98a;--bad:#ff8a8f;--odd:#f0b35a;
--c0:#6ea8ff;--c1:#ff9d4d;--c2:#4fc98a;--c3:#c093ff;--c4:#ff86ab;--c5:#4fc6d4;--c6:#a9b5c0;--c7:#e2c04c;--r0:#33608f;--r1:#5b9be6;--r2:#cfe3ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:1240px;margin:0 auto;padding:24px 20px 64px}
header{border-left:6px solid var(--tone);padding:2px 0 2px 16px;margin-bottom:24px}
.passed{--tone:var(--good)}.failed{--tone:var(--bad)}.invalid{--tone:var(--odd)}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 6px}h1 b{color:var(--tone)}
h2{font-size:1.15rem;margin:36px 0 10px}h3{font-size:.95rem;margin:0 0 2px}
p{margin:0 0 8px;max-width:72ch}.soft,figcaption,dt{color:var(--soft);font-size:.875rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 24px}
.facts div{background:var(--raised);border-radius:8px;padding:10px 14px}
dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
.runs{display:grid;gap:28px}.runs.two{grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr))}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:20px 24px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:8px 24px;margin-bottom:22px}
figure{margin:0;min-width:0}svg{display:block;width:100%;height:auto}
.grid{stroke:var(--rule)}.band{fill:var(--band)}.tick,.says{font:10.5px system-ui,sans-serif;fill:var(--soft)}
.mark{stroke:var(--soft);stroke-dasharray:2 3}.bound{stroke:var(--bad);stroke-dasharray:5 4}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
${[0, 1, 2, 3, 4, 5, 6, 7].map((at) => `.c${at}{stroke:var(--c${at})}`).join("")}${[0, 1, 2].map((at) => `.r${at}{stroke:var(--r${at})}`).join("")}
.key{display:flex;flex-wrap:wrap;gap:2px 14px;padding:0;margin:2px 0 0 8px;list-style:none;font-size:.8125rem;color:var(--soft)}
.key svg{display:inline-block;width:18px;height:8px;margin-right:5px}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;width:100%}
th,td{text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}th{font-weight:600;color:var(--soft)}
td.n,th.n{text-align:right;white-space:nowrap}.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:0 40px}td.ok{color:var(--good);font-weight:600}td.no{color:var(--bad);font-weight:600}
.tables>div,.runs>section{min-width:0}
.reasons{border-left:4px solid var(--odd);padding:2px 0 2px 12px;margin:12px 0}
`;
