"""What an attacker would send to a page that shows it: each string sets `window.hit`, loads from elsewhere, or breaks the page where it is taken for more than text."""

from typing import Any, Final

_RUN: Final = "window.hit=1"
_AWAY: Final = "http://127.0.0.1:1"
_TAGS: Final = (
    "<script>{run}</script>", "<ScRiPt>{run}</sCrIpT>", "<script src={away}/x.js></script>", "<script\x0c>{run}</script>",
    "<script/x>{run}</script>", "<<script>{run}//<</script>", "<script>/*</script><script>*/{run}</script>",
    '"><script>{run}</script>', "'><script>{run}</script>", "</title><script>{run}</script>", "</textarea><script>{run}</script>",
    "</style><script>{run}</script>", "</script><script>{run}</script>", "--><script>{run}</script>", "]]><script>{run}</script>",
    "<img src=x onerror={run}>", '<img src="x" onerror="{run}">', "<img/src/onerror={run}>", "<IMG SRC=x OnErRoR={run}>",
    "<img src={away}/pixel.gif>", "<img srcset='{away}/a 1x'>", "<image href=x onerror={run}>", "<picture><source srcset={away}/p></picture>",
    "<svg onload={run}>", "<svg/onload={run}>", "<svg><script>{run}</script></svg>", "<svg><a xlink:href='javascript:{run}'><text>x</text></a></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>", "<svg><set attributeName=onmouseover to={run}>", "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>{run}</script></svg>#x'/></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.hit=1</script>'></iframe></foreignObject></svg>", "<svg><image href={away}/i.svg></svg>",
    "<svg><style>@import '{away}/s.css';</style></svg>", "<math><mtext><table><mglyph><style><img src=x onerror={run}></style></mglyph></table></mtext></math>",
    "<math href='javascript:{run}'>x</math>", "<iframe src='javascript:parent.hit=1'></iframe>", "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<iframe src={away}/frame></iframe>", "<object data='javascript:{run}'></object>", "<object data={away}/o.swf></object>", "<embed src={away}/e.swf>",
    "<video src=x onerror={run}></video>", "<video poster={away}/p.png></video>", "<audio src={away}/a.mp3 autoplay></audio>", "<video><source onerror={run}></video>",
    "<body onload={run}>", "<input autofocus onfocus={run}>", "<select autofocus onfocus={run}>", "<textarea autofocus onfocus={run}>", "<details open ontoggle={run}>",
    "<marquee onstart={run}>", "<a href='javascript:{run}' autofocus onfocus={run}>x</a>", "<a href='JaVaScRiPt:{run}'>x</a>", "<a href='java\tscript:{run}'>x</a>",
    "<a href='data:text/html,<script>{run}</script>'>x</a>", "<a href='vbscript:{run}'>x</a>", "<a href=x ping={away}/ping>x</a>", "<form action='javascript:{run}'><button>x</button></form>",
    "<button form=f formaction='javascript:{run}'>x</button>", "<base href={away}/>", "<link rel=stylesheet href={away}/s.css>", "<link rel=prefetch href={away}/p>",
    "<meta http-equiv=refresh content='0;url={away}/'>", "<meta http-equiv=refresh content='0;javascript:{run}'>", "<style>@import url({away}/s.css)</style>",
    "<style>*{{background:url({away}/b.png)}}</style>", "<div style='background:url({away}/b.png)'>x</div>", "<div style='width:expression({run})'>x</div>", "<table background={away}/t.png>",
    "<isindex type=image src=x onerror={run}>", "<template><script>{run}</script></template>", "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<xmp><img src=x onerror={run}></xmp>", "<plaintext>", "<!--<img src=x onerror={run}>-->", "<![CDATA[<img src=x onerror={run}>]]>", "<?xml version='1.0'?><script>{run}</script>",
    "<x onclick={run} tabindex=1 autofocus onfocus={run}>", "<p id=app><p id=sheet><form name=getElementById>", "<a id=location><a id=location name=href href=javascript:{run}>",
    "<img name=body><img name=cookie>", "<dialog open onclose={run}>", "<portal src={away}/>", "<keygen autofocus onfocus={run}>",
)  # fmt: skip
_MARKDOWN: Final = (
    "[x](javascript:{run})", "[x](JAVASCRIPT:{run})", "[x](javascript&#58;{run})", "[x](data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGl0PTE8L3NjcmlwdD4=)",
    "![x]({away}/pixel.png)", "![x](javascript:{run})", '![x]({away}/p.png "onerror={run}")', "[x]: javascript:{run}\n[x]", "<javascript:{run}>", "<{away}/auto>",
    "[![x]({away}/i.png)](javascript:{run})", "```html\n<script>{run}</script>\n```", "`<img src=x onerror={run}>`", "> <script>{run}</script>", "| <img src=x onerror={run}> |\n|-|\n| x |",
    "[x](\x01javascript:{run})", "[x](//127.0.0.1:1/x)", "![x](data:image/svg+xml,<svg onload={run}>)", "$$\\href{{javascript:{run}}}{{x}}$$", "[a](<javascript:{run}>)",
)  # fmt: skip
_CODE: Final = (
    "{{{{constructor.constructor('{run}')()}}}}", "${{window.hit=1}}", "#{{window.hit=1}}", "<%= {run} %>", "';{run};//", '";{run};//', "\\';{run};//", "`${{window.hit=1}}`",
    "javascript:{run}", "data:text/html,<script>{run}</script>", "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "%3Cscript%3E{run}%3C/script%3E",
    "&lt;script&gt;{run}&lt;/script&gt;", "&#60;script&#62;{run}&#60;/script&#62;", "\\u003cscript\\u003e{run}\\u003c/script\\u003e", "\uff1cscript\uff1e{run}\uff1c/script\uff1e",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-", "\u202e<script>{run}</script>", "\u2028{run}\u2029", "\\0<script>{run}</script>", "=cmd|'/c calc'!A1", "../../../../etc/passwd",
    "/\\127.0.0.1:1", "//127.0.0.1:1/x", "?project=x&from=<script>", "#<img src=x onerror={run}>", "\x1b]0;title\x07\x1b[31mred", "a" * 4000, "\U0001f9d1\u200d\U0001f4bb" * 50, "Z\u0351\u0343\u033f\u0300" * 60,
)  # fmt: skip
STRINGS: Final = tuple(text.format(run=_RUN, away=_AWAY) for text in (*_TAGS, *_MARKDOWN, *_CODE))
assert len(set(STRINGS)) == len(STRINGS) > 100


def events(trace: str) -> list[dict[str, Any]]:
    """One event for each string, of every type in turn, with the string wherever a sender may write; in one trace and one session."""
    return [_event(trace, number, text) for number, text in enumerate(STRINGS)]


def _event(trace: str, number: int, text: str) -> dict[str, Any]:
    word = "".join(
        char for char in text if char >= " " and char not in "\x7f\u2028\u2029"
    )  # names have no control characters
    body: dict[str, Any] = {"name": word[:900], word[:60]: text, "duration_ms": number % 7, "status": "ok"}
    said = [{"role": "system", "content": text}, {"role": "user", "content": [{"type": "text", "text": text}]}]
    model = {"model": word[:200], "provider": "openai", "tokens": {"input": 5 + number, "output": 3}}
    failure = {
        "type": word[:200],
        "message": text,
        "stack": f'Traceback (most recent call last):\n  File "{word[:50]}", line 1\n{text}',
    }
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("model_response", {**model, "input": said, "output": text, "prompt_name": word[:100]}),
        ("model_response", {**model, "input": said, "status": "error", "error": failure}),
        ("tool_call", {"tool": word[:200], "arguments": {word[:60]: text}, "result": {"html": text}}),
        ("retrieval", {"query": text, "documents": [{"id": word[:60], "content": text, "source": text, "score": 0.5}]}),
        ("agent_action", {"agent": word[:200], "action": word[:200], "thought": text, "state": {word[:60]: text, "list": [text]}}),
        ("error", {"error": failure}),
        ("log", {"message": text, "level": "warning"}),
        ("message", {"role": "user", "content": text}),
        ("eval_metric", {"eval": {"name": word[:200], "score": 0.5, "explanation": text}}),
    )  # fmt: skip
    kind, more = kinds[number % len(kinds)]
    context: dict[str, Any] = {
        "trace_id": trace,
        "session_id": f"{trace}-{word[:60]}" if number == 1 else trace,
        "user_id": word[:100],
    }
    context |= {"environment": word[:60], "release": word[:60], "tags": [word[:60]], "metadata": {word[:60]: text}}
    if number:
        context["parent_event_id"] = f"{trace}-{number // 4}"
    return {"type": kind, "event_id": f"{trace}-{number}", "context": context, "body": body | more}
