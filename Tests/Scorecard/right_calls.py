"""Writes right_calls.h: a valid call of every function of the header, once for each kind of model, with the
destroying functions last.

usage: right_calls.py FILE
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Scripts"))

from bad_arguments import Arguments, handle_type  # noqa: E402
from header import Header  # noqa: E402

STRUCT = """struct right_call {
  const char *name;
  gen_status (*call)(void);
  const char *noun; /* of the object that it needs */
  int destroys, takes_run;
};

"""


def main():
    header = Header()
    right = Arguments(header)
    bodies, table = [], []
    for function in sorted(right.functions, key=lambda f: f.name.endswith("_destroy")):
        for right.model in right.kinds(function):
            number = len(bodies)
            arguments = ", ".join(right.argument(function, p) for p in function.parameters)
            if function.name in header.inlines:
                # Initializes f.output, because other calls need the fixture's struct.
                struct = function.parameters[0].type.rstrip(" *")
                arguments = f"({struct} *)f.output, sizeof({struct})"
            call = f"{function.name}({arguments})"
            body = f"return {call};" if function.result == "gen_status" else f"(void){call}; return GEN_OK;"
            first = handle_type(header, function.parameters[0].type) if function.parameters else None
            noun = right.model or (first or "").removeprefix("gen_")
            if function.result != "gen_status":
                noun = ""  # it cannot report that the object is busy, and does not need to
            bodies.append(f"static gen_status right_call_{number}(void) {{ {body} }}\n")
            destroys = int(function.name.endswith("_destroy"))
            takes_run = int(any(p.type == "const gen_run *" for p in function.parameters))
            table.append(f'    {{"{function.name}", right_call_{number}, "{noun}", {destroys}, {takes_run}}},\n')
    text = STRUCT + "".join(bodies)
    text += f"\nstatic const struct right_call right_calls[] = {{\n{''.join(table)}}};\n"
    Path(sys.argv[1]).write_text(text)


if __name__ == "__main__":
    main()
