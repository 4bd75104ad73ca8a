/** Python itself, in a worker of its own so that a program can be ended at any moment. */

import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import machine from "pyodide/pyodide.asm.wasm?url";
import { info } from "pyodide/pyodide-lock.json";
import library from "pyodide/python_stdlib.zip?url";
import { Output } from "./output";
import type { PythonAnswer, PythonRequest } from "./protocol";

// Every run has names of its own. A traceback begins where the program does.
const RUN = `
import builtins, sys, traceback
from pyodide.code import eval_code_async

async def _run(code, refusal):
    def refuse(prompt=""):
        raise EOFError(refusal)
    builtins.input = refuse
    try:
        value = await eval_code_async(code, {"__name__": "__main__"}, filename="program.py")
        return ("value", "" if value is None else repr(value))
    except SystemExit:
        return ("value", "")
    except MemoryError:
        return ("memory", "")
    except ModuleNotFoundError as error:
        return ("module", error.name or "")
    except BaseException as error:
        place = error.__traceback__
        while place and place.tb_frame.f_code.co_filename != "program.py":
            place = place.tb_next
        return ("error", "".join(traceback.format_exception(type(error), error, place)))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()

_run
`;
const NO_PACKAGES = { info, packages: {} };
const HERE = import.meta.url;
const OUT_OF_MEMORY = /memory|maximum call stack|allocation/i;

type Run = (code: string, refusal: string) => Promise<{ toJs(): [PythonAnswer["type"], string] }>;

function tell(answer: PythonAnswer): void {
  postMessage(answer);
}

/** The machine's name carries its content, which Pyodide cannot know. */
function nameMachine(): void {
  const ask = globalThis.fetch;
  const at = new URL(machine, HERE).href;
  globalThis.fetch = (what, how) => ask(String(what).endsWith("pyodide.asm.wasm") ? at : what, how);
}

const output = new Output((answer) => tell(answer));

async function start(): Promise<Run> {
  nameMachine();
  const python: PyodideAPI = await loadPyodide({
    indexURL: new URL(".", HERE).href,
    stdLibURL: new URL(library, HERE).href,
    lockFileContents: NO_PACKAGES,
    createPyodideModule,
  } as unknown as Parameters<typeof loadPyodide>[0]);
  const [out, err] = [new TextDecoder(), new TextDecoder()];
  const write = (type: "out" | "err", decoder: TextDecoder) => (bytes: Uint8Array) => {
    output.write(type, decoder.decode(bytes.slice(), { stream: true }));
    return bytes.length;
  };
  python.setStdout({ write: write("out", out), isatty: true }); // line by line, as on a terminal
  python.setStderr({ write: write("err", err), isatty: true });
  return python.runPython(RUN) as Run;
}

let python: Promise<Run> | null = null;

async function run({ id, code, refusal }: PythonRequest & { type: "run" }): Promise<void> {
  python ??= start();
  const program = await python;
  tell({ type: "running", id });
  output.begin(id);
  const [type, text] = (await program(code, refusal)).toJs();
  output.flush();
  tell({ type, id, text } as PythonAnswer);
}

addEventListener("message", (event) => {
  const request = (event as MessageEvent<PythonRequest>).data;
  if (request.type === "run") {
    run(request).catch((error: unknown) => {
      output.flush();
      const type = OUT_OF_MEMORY.test(String(error)) ? "memory" : "broken";
      tell({ type, id: request.id });
    });
  }
});
tell({ type: "running", id: 0 });
