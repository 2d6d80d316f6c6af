"""What is left of a person for those who need not call anybody."""

import pytest

from models import masking


@pytest.mark.parametrize(
    ("name", "left"),
    [("张三", "张*"), ("王小明", "王**"), ("欧阳春", "欧阳*"), ("欧阳春晓", "欧阳**"), ("欧阳", "欧*"),
     ("聊城第一中学", "聊城**"), ("John Smith", "Jo**"), ("阿卜杜拉·买买提", "阿卜**")],
)  # fmt: skip
def test_of_a_name_the_family_name(name, left):
    assert masking.mask("complainant", name) == left


@pytest.mark.parametrize(
    ("phone", "left"),
    [("13812345678", "138****5678"), ("138 1234 5678", "138 **** 5678"), ("+86 138-1234-5678", "+** 138-****-5678"),
     ("8412345", "841****"), ("0635-8412345", "0635-841****"), ("(0635)8412345", "(0635)841****"), ("12345", "1****"),
     ("120", "***"), ("没有", "没有"), ("0123 12", "0123 **"), ("0123456", "012****"),
     ("１３８１２３４５６７８", "１３８****５６７８")],
)  # fmt: skip
def test_of_a_number_four_digits_go(phone, left):
    assert masking.mask("phone", phone) == left


@pytest.mark.parametrize(
    ("phones", "left"),
    [("13812345678、13987654321", "138****5678、139****4321"), ("13812345678/8412345", "138****5678/841****"),
     ("13812345678 13987654321", "138****5678 139****4321"), ("8412345转801", "841****转***")],
)  # fmt: skip
def test_where_two_numbers_stand_in_one_field_neither_is_left_whole(phones, left):
    assert masking.mask("phone", phones) == left


@pytest.mark.parametrize("phone", ["13812345678张三", "张三 13812345678", "打13812345678或13987654321找张三"])
def test_words_among_the_digits_hide_nothing_of_them(phone):
    left = masking.mask("phone", phone)
    assert "13812345678" not in left
    assert "13987654321" not in left


@pytest.mark.parametrize(
    ("address", "left"),
    [("东昌府区柳园路 12 号 3 单元 301", "东昌府区柳园路 ****"), ("金鼎花园八号楼", "金鼎花园八****"),
     ("3单元", "3****"),
     ("柳园小区", "柳园****")],
)  # fmt: skip
def test_of_an_address_the_house_goes(address, left):
    assert masking.mask("address", address) == left


@pytest.mark.parametrize(
    ("number", "left"), [("0012345678", "****678"), ("123456", "****456"), ("12345", "****"), ("1", "****")]
)
def test_of_an_account_number_three_stay(number, left):
    assert masking.mask("account_no", number) == left
