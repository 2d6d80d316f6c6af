"""What stands for a customer in a file that names nobody."""

import pytest

from models import pseudonym

KEY = b"a key that only tests have"


@pytest.mark.parametrize("same", ["138 1234 5678", "１３８１２３４５６７８", "+86 138-1234-5678", "张三 13812345678"])
def test_one_number_however_it_is_written_has_one_pseudonym(same):
    assert pseudonym.customer(KEY, "quality", "phone", same) == pseudonym.customer(
        KEY, "quality", "phone", "13812345678"
    )


def test_a_land_line_is_the_same_with_its_area_and_without():
    of = [pseudonym.customer(KEY, "quality", "phone", one) for one in ("0635-8412345", "8412345", "(0635)8412345")]
    assert len(set(of)) == 1


def test_another_number_field_track_or_key_has_another():
    found = {
        pseudonym.customer(KEY, "quality", "phone", "13812345678"),
        pseudonym.customer(KEY, "quality", "phone", "13812345679"),
        pseudonym.customer(KEY, "quality", "account_no", "13812345678"),
        pseudonym.customer(KEY, "discipline", "phone", "13812345678"),
        pseudonym.customer(b"another key", "quality", "phone", "13812345678"),
    }
    assert len(found) == 5
    assert not any("138" in str(one) and "5678" in str(one) for one in found)


@pytest.mark.parametrize("value", [None, "", "没有", "120"])
def test_without_a_number_there_is_none(value):
    assert pseudonym.customer(KEY, "quality", "phone", value) is None


def test_without_the_key_there_is_none():
    assert pseudonym.customer(b"", "quality", "phone", "13812345678") is None
