"""Writes right_calls.h: every function of the header called with right arguments, once for each kind of model, destroys last.

usage: right_calls.py FILE
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Scripts"))

from bad_arguments import Calls, _handle_type  # noqa: E402
from header import Header  # noqa: E402


def main():
    header = Header()
    calls = Calls(header)
    bodies, table = [], []
    functions = sorted(header.functions.values(), key=lambda f: f.name.endswith("_destroy"))
    for function in functions:
        for calls.model in calls.kinds(function):
            number = len(bodies)
            arguments = ", ".join(calls._argument(function, p, None) for p in function.parameters)
            if function.name.endswith("_options_init"):
                struct = function.parameters[0].type.rstrip(" *")  # the others need the fixture's
                arguments = f"({struct} *)f.output, sizeof({struct})"
            call = f"{function.name}({arguments})"
            body = f"return {call};" if function.result == "gen_status" else f"(void){call}; return GEN_OK;"
            first = _handle_type(header, function.parameters[0].type) if function.parameters else None
            noun = calls.model or (first or "").removeprefix("gen_")
            if function.result != "gen_status":
                noun = ""  # it has no way to say that the object is busy, and need not
            bodies.append(f"static gen_status right_call_{number}(void) {{ {body} }}\n")
            destroys = int(function.name.endswith("_destroy"))
            table.append(f'    {{"{function.name}", right_call_{number}, "{noun}", {destroys}}},\n')
    struct = "struct right_call { const char *name; gen_status (*call)(void); const char *noun; int destroys; };\n"
    text = struct + "".join(bodies)
    text += f"static const struct right_call right_calls[] = {{\n{''.join(table)}}};\n"
    Path(sys.argv[1]).write_text(text)


if __name__ == "__main__":
    main()
