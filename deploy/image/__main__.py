"""`python -m deploy.image ROOT PLACE`: looks at an unpacked image, then does the main job with it. For make image."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from deploy.image.contents import problems, size
from deploy.image.job import PICTURES, job
from deploy.image.rootless import in_image, offences
from ops.processes import ROOT, StackError

RESULT = ROOT / "bench" / "results" / "image.json"
MB = 1_000_000


def main(root: Path, place: Path) -> int:
    user = (place / "user").read_text().strip()
    found = problems(root, user=user)
    found += offences(in_image(ROOT / "deploy" / "in-image.sh", root, place / "env", user))
    sizes = {
        "image_mb": round(size(root) / MB),
        "libraries_mb": round(size(root / "venv") / MB),
        "program_mb": round(size(root / "app") / MB, 1),
    }
    for problem in found:
        print(f"  FAIL  {problem}")
    with tempfile.TemporaryDirectory(prefix="miomio-image-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as somebody else
        done = job(root, place, folder)
    RESULT.write_text(json.dumps({"passed": not found, **sizes, "job": done}, indent=1) + "\n")
    print(
        f"  {sizes['image_mb']} MB: the program {sizes['program_mb']}, its libraries {sizes['libraries_mb']}, its base"
    )
    print(f"  {PICTURES} pictures by processes inside it in {done.pop('seconds')} s")
    for moment, processes in done.items():
        shown = ", ".join(f"{n} {m['resident']} ({m['proportional']})" for n, m in processes.items())
        print(f"  {moment.replace('_', ' ')}: {shown} MiB resident (proportional)")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
    except StackError as error:
        sys.exit(str(error))
