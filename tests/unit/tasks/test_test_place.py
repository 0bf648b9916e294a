"""Tests go where the project keeps its tests, under the names it gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierwise.tasks.intake import test_place as places

CASES = [
    # the file, what else is there, where its tests go
    ("shop.py", "", "tests/test_shop.py"),
    ("src/pkg/shop.py", "tests/test_other.py", "tests/test_shop.py"),
    ("pkg/shop.py", "tests/unit/test_shop.py tests/test_a.py", "tests/unit/test_shop.py"),
    ("pkg/cart/shop.py", "tests/cart/test_b.py tests/test_a.py", "tests/cart/test_shop.py"),
    ("pkg/shop.py", "pkg/other.py pkg/other_test.py", "pkg/shop_test.py"),
    ("pkg/shop.py", "pkg/a.py pkg/tests/test_a.py", "pkg/tests/test_shop.py"),
    ("tests/test_shop.py", "shop.py", "tests/test_shop.py"),
    ("shop.ts", "", "shop.test.ts"),
    ("src/shop.ts", "src/cart.ts src/__tests__/cart.spec.ts", "src/__tests__/shop.spec.ts"),
    ("src/a/shop.ts", "src/b/cart.ts src/b/__tests__/cart.spec.ts", "src/a/__tests__/shop.spec.ts"),
    ("src/shop.tsx", "src/cart.ts src/cart.test.ts", "src/shop.test.tsx"),
    ("src/shop.ts", "test/cart.test.ts", "test/shop.test.ts"),
    ("src/shop.ts", "src/__tests__/shop.spec.ts src/x.test.ts", "src/__tests__/shop.spec.ts"),
    ("src/shop/index.ts", "src/shop/shop.test.ts", "src/shop/shop.test.ts"),
    ("lib/shop.mjs", "test/cart.test.mjs", "test/shop.test.mjs"),
    ("a/shop.go", "", "a/shop_test.go"),
    ("a/shop.go", "a/shop_test.go", "a/shop_test.go"),
    ("src/shop.rs", "", "tests/shop.rs"),
    ("src/main/java/a/Shop.java", "", "src/test/java/a/ShopTest.java"),
    ("src/main/java/a/Shop.java", "src/main/java/a/Cart.java src/test/java/a/CartTests.java",
     "src/test/java/a/ShopTests.java"),
    ("lib/shop.rb", "spec/cart_spec.rb", "spec/shop_spec.rb"),
    ("lib/shop.rb", "test/test_cart.rb", "test/test_shop.rb"),
    ("lua/shop.lua", "tests/cart_spec.lua", "tests/shop_spec.lua"),
    ("src/shop.ts", "node_modules/x/a.spec.ts .git/b.test.ts", "src/shop.test.ts"),
    ("shop.sh", "", "shop.test.sh"),
]  # fmt: skip


def made(root: Path, names: str) -> None:
    for name in names.split():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n", encoding="utf-8")


@pytest.mark.parametrize(("own", "others", "wanted"), CASES)
def test_the_place(own: str, others: str, wanted: str, tmp_path: Path) -> None:
    made(tmp_path, f"{own} {others}")
    assert places.find(tmp_path / own, tmp_path).path == tmp_path / wanted


def test_fixtures_and_an_example_are_named(tmp_path: Path) -> None:
    made(tmp_path, "pkg/shop.py tests/conftest.py tests/helpers.py tests/test_cart.py conftest.py")
    made(tmp_path, "other/conftest.py pkg/utils.py")
    found = places.find(tmp_path / "pkg/shop.py", tmp_path)
    assert {p.relative_to(tmp_path).as_posix() for p in found.helpers} == {
        "tests/conftest.py", "tests/helpers.py", "conftest.py",
    }  # fmt: skip
    assert found.example == tmp_path / "tests/test_cart.py"
    assert found.framework == "pytest"
    made(tmp_path, "tests/test_shop.py")
    assert places.find(tmp_path / "pkg/shop.py", tmp_path).example is None


@pytest.mark.parametrize(
    ("name", "manifest", "told", "framework"),
    [
        ("a.ts", "package.json", '{"devDependencies": {"vitest": "1"}}', "vitest"),
        ("a.ts", "package.json", '{"devDependencies": {"jest": "1"}}', "jest"),
        ("a.mjs", "package.json", '{"scripts": {"test": "node --test"}}', "node --test"),
        ("a.ts", "", "", ""),
        ("a.py", "pyproject.toml", '[project]\ndev = ["pytest"]', "pytest"),
        ("a.py", "tox.ini", "commands = python -m unittest", "unittest"),
        ("a.go", "", "", "go test"),
    ],
)
def test_what_runs_the_tests(
    name: str, manifest: str, told: str, framework: str, tmp_path: Path
) -> None:
    made(tmp_path, name)
    if manifest:
        (tmp_path / manifest).write_text(told, encoding="utf-8")
    assert places.find(tmp_path / name, tmp_path).framework == framework
