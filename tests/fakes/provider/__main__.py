"""``python -m tests.fakes.provider [port]``: the stand-in, to be used by hand."""

import sys
import threading

from tests.fakes.provider import MAGIC, FakeProvider

if __name__ == "__main__":
    provider = FakeProvider(int(sys.argv[1]) if len(sys.argv) > 1 else 4010).start()
    sys.stdout.write(
        f"OpenAI      {provider.url}/v1\n"
        f"Anthropic   {provider.url}\n"
        f"Google      {provider.url}\n"
        f"Ollama      {provider.url}\n"
        f"Azure       {provider.url}/openai/deployments/<model>\n"
        f"Any key works (not one with 'wrong-key' in it). Models: {', '.join(sorted(MAGIC))}\n",
    )
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        provider.stop()
