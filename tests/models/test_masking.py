"""What is left of a person for those who need not call anybody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import masking


@pytest.mark.parametrize(
    ("name", "left"),
    [("张三", "张*"), ("王小明", "王**"), ("欧阳春", "欧阳*"), ("欧阳春晓", "欧阳**"), ("欧阳", "欧*"),
     ("聊城第一中学", "聊城**"), ("John Smith", "Jo**"), ("阿卜杜拉·买买提", "阿卜**"),
     ("张三（女儿代）", "张*（女**）"), ("张三、李四", "张*、李*"),
     ("王小明女士", "王**"), ("水务集团有限公司", "水务**"), ("Li", "L**")],
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
    [("东昌府区柳园路 12 号 3 单元 301", "东昌府区柳园路 ****"), ("金鼎花园八号楼", "金鼎花园****"),
     ("柳园路十二号", "柳园路****"), ("3单元", "3****"),
     ("柳园小区", "柳园****")],
)  # fmt: skip
def test_of_an_address_the_house_goes(address, left):
    assert masking.mask("address", address) == left


@pytest.mark.parametrize(
    ("number", "left"), [("0012345678", "****678"), ("123456", "****456"), ("12345", "****"), ("1", "****")]
)
def test_of_an_account_number_three_stay(number, left):
    assert masking.mask("account_no", number) == left


@pytest.mark.parametrize(
    ("said", "left"),
    [("打13812345678找我", "打138****5678找我"), ("138-1234-5678", "138-****-5678"), ("138 1234 5678", "138 **** 5678"),
     ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 * * * * 5 6 7 8"), ("+8613812345678", "+****678"),
     ("13812345678 13987654321", "138****5678 139****4321"), ("１３８１２３４５６７８", "１３８****５６７８"),
     ("一三八幺二三四五六七八", "一三八****"), ("2026-11-25 13812345678", "2026-11-25 138****5678"),
     ("0635-8412345", "0635-841****"), ("06358412345", "0635841****"), ("家里8412345", "家里841****"),
     ("座机 841-2345", "座机 841-****")],
)  # fmt: skip
def test_no_telephone_in_words_is_left_whole(said, left):
    assert masking.words(said) == left


@pytest.mark.parametrize(
    ("said", "left"),
    [("身份证37250119900101123X。", "身份证****23X。"), ("372501 19900101 1234", "****234"),
     ("卡号 6222 0213 0000 1234 567", "卡号 ****567"), ("户号0012345678", "户号****678")],
)  # fmt: skip
def test_nor_an_identity_card_a_bank_card_or_an_account(said, left):
    assert masking.words(said) == left


@pytest.mark.parametrize(
    "said",
    ["2026-11-25 10:30 到场", "ZL-2026-03835", "压力 0.15 0.18 0.16 0.14 MPa", "300-1000 元", "20261125103000.jpg",
     "3 号楼 2 单元 1801", "DN300 管，长 1200 米", "2026年11月25日第 3 次", ""],
)  # fmt: skip
def test_days_numbers_of_tickets_and_readings_stay(said):
    assert masking.words(said) == said


def test_what_is_known_of_the_complainant_is_masked_in_words_too():
    own = {("complainant", "张三丰"), ("address", "柳园路12号3单元"), ("account_no", "A10234"), ("phone", "120")}
    said = "我是张三丰，住柳园路12号3单元，户号 A10234，打过 120。"
    assert masking.words(said, own) == "我是张**，住柳园路****，户号 ****234，打过 120。"


PROSE = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="零〇○一二三四五六七八九幺两"))
MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
CARD = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)


@given(said=PROSE)
def test_words_without_numbers_are_left_as_they_are(said):
    assert masking.words(said) == said


@given(before=PROSE, number=st.one_of(MOBILE, CARD), after=PROSE, apart=st.sampled_from(["", " ", "-", "—"]))
def test_whatever_stands_around_it_no_whole_number_survives(before, number, after, apart):
    cuts = (3, 7) if len(number) == 11 else (6, 14)
    written = apart.join((number[: cuts[0]], number[cuts[0] : cuts[1]], number[cuts[1] :]))
    left = masking.words(before + written + after)
    assert number not in re.sub(r"\W", "", left)
    assert written not in left


@given(said=st.text(st.sampled_from("0123456789 -.Xx幺三电话，")))
def test_no_eleven_and_no_eighteen_digits_in_a_row_survive_in_anything(said):
    assert not re.search(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)", masking.words(said))
