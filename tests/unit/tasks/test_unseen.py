"""A rename says which files use the name and were not looked at."""

from __future__ import annotations

from pathlib import Path

from tierwise.present.notices import not_looked_at
from tierwise.tasks.intake import unseen


def test_users_of_the_name_that_were_not_seen(tmp_path: Path) -> None:
    texts = {
        "a.py": "def price(): ...\n", "b.py": "price()\n", "c.py": "prices()\n", "d.md": "price\n",
        "e/f.py": "x.price\n", "open.py": "price()\n", "secret.py": "price()\n",
        "node_modules/g.py": "price()\n",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = tmp_path / "a.py"
    seen = [str(own), str(tmp_path / "open.py")]
    found = unseen.users("price", own, tmp_path, seen, lambda path: path.name != "secret.py")
    assert found == ["b.py", "e/f.py"]
    assert not_looked_at("price", found).startswith("Not looked at, and using price: b.py, e/f.py;")
    assert "and 3 more" in not_looked_at("price", [f"{n}.py" for n in range(8)])
