// Made from admin-browser.ts by test/render/make-page-script.ts: change that, and make this again.

/** The script of the admin pages. */

// biome-ignore format: as the bundler wrote it
// biome-ignore lint/suspicious/noTemplateCurlyInString: the script has templates of its own
export const adminScriptText = "(()=>{var n=(e)=>`pharos ${location.pathname} ${e.dataset.keep}`,o=(e)=>e.querySelectorAll(\"[data-keep]\");for(let e of o(document)){let t=sessionStorage.getItem(n(e));if(t!==null&&e.value===\"\")e.value=t}document.addEventListener(\"input\",({target:e})=>{if((e instanceof HTMLTextAreaElement||e instanceof HTMLInputElement)&&e.dataset.keep)sessionStorage.setItem(n(e),e.value)});var s=document.querySelector(\"[data-done]\")?.dataset.done;if(s){for(let e of Object.keys(sessionStorage))if(e.startsWith(\"pharos \"))sessionStorage.removeItem(e)}})();";
