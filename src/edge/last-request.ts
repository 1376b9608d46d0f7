// Which requests are the last of their connection. In: a serving of visitors. Out: the same, whose answers to such requests say `Connection: close`.
// Visitors send GET, HEAD and OPTIONS without a body. What else comes is answered, but nothing after it is read: where a body ends is what
// the parsers of a proxy and of this server could disagree on, and then one visitor's bytes would be another's request.
import type { Peer } from "../host/http.ts";

type Serving = (request: Request, peer: Peer) => Response | Promise<Response>;

/** True where the request says that it has a body, however long: also `Content-Length: 0`, which a proxy may have read otherwise. */
function hasBody({ headers }: Request): boolean {
  return headers.get("content-length") !== null || headers.get("transfer-encoding") !== null;
}

/** HTTP/2 and HTTP/3 frame each request by themselves; the runtime leaves the header out there. */
export function endingConnections(serving: Serving): Serving {
  return (request, peer) => {
    const answer = serving(request, peer);
    if (!hasBody(request)) return answer;
    return answer instanceof Promise ? answer.then(last) : last(answer);
  };
}

function last(response: Response): Response {
  response.headers.set("connection", "close");
  return response;
}
