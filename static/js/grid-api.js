/** Talking to the API from a page: JSON in and out, refusals as problem documents. */

function token() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
}

/** Send `body` and answer `{ ok, status, data }`; `data` is a problem document (`detail`, `errors`) when not ok, also without a network. */
export async function send(method, url, body, signal) {
  const headers = {
    Accept: "application/json",
    "Accept-Language": document.documentElement.lang,
    "Content-Type": "application/json",
    "X-CSRFToken": token(),
  };
  try {
    const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
    const data = answer.status === 204 ? null : await answer.json();
    return { ok: answer.ok, status: answer.status, data };
  } catch (error) {
    if (error.name === "AbortError") return { ok: false, status: 0, data: null, aborted: true };
    return { ok: false, status: 0, data: { detail: gettext("网络不通，请稍后再试。") } };
  }
}

/** The words of a refusal, the fields' ones first. */
export function wordsOf(problem) {
  const fields = Object.values(problem?.errors ?? {}).flat();
  return fields.length ? fields.join(" ") : (problem?.detail ?? gettext("没有成功。"));
}
