"""Command: build the packaged study from the plain tables beside this folder."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from build_eurasia.build import write_study  # noqa: E402  (the folder must be importable first)


def main() -> int:
    """Write the study and say which files changed."""
    target = HERE.parents[1] / "src" / "landbridge" / "studies" / "eurasia"
    written = write_study(HERE.parent / "eurasia", target)
    for name in written:
        print(f"written: {name}")
    print(f"{len(written)} files changed in {target.relative_to(HERE.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
