// Made from choice-browser.ts by test/render/make-page-script.ts: change that, and make this again.

/** The script of the page where one chooses what to be told of. */

// biome-ignore format: as the bundler wrote it
// biome-ignore lint/suspicious/noTemplateCurlyInString: the script has templates of its own
export const choiceText = "(()=>{var o=new URLSearchParams(location.hash.slice(1)).get(\"c\")?.split(\",\")??[],c=0;for(let n of document.querySelectorAll(\"input[name=component_ids]\"))if(o.includes(n.value))n.checked=!0,c++;var t=document.querySelector(\"input[name=scope][value=components]\"),e=document.querySelector(\"#chosen\");if(c>0&&t!==null&&e!==null)t.checked=!0,e.append(` ${e.dataset.then}`);})();";
