"""What a person agrees to at the desk: one text for each version and language, none ever removed.

The version that a shopper agreed to is kept with the time and the member of staff; the text that it
names stays here, so that a record of years ago can still be read.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "2026-2"
LANGUAGES: Final = ("en", "ko", "zh")
TEXTS: Final[dict[str, str]] = {
    "2026-1-en": (
        "I agree that this shop keeps an encrypted template of my face, my name and my phone "
        "number, to recognise me when I choose to pay with my face. No picture is kept. I can have "
        "all of it erased at the desk at any time, and pay another way."
    ),
    "2026-2-en": (
        "I agree that this shop keeps an encrypted template of my face, my name, my phone number "
        "and a scrambled form of my PIN, to recognise me when I choose to pay with my face. No "
        "picture is kept. I can see all of it, have it corrected or have it erased at the desk at "
        "any time, and I can pay another way."
    ),
    "2026-2-ko": (
        "이 매장이 제 얼굴의 암호화된 템플릿, 이름, 전화번호, 그리고 알아볼 수 없게 변환된 PIN을 "
        "보관하여 제가 얼굴로 결제할 때 저를 알아보는 것에 동의합니다. 사진은 보관되지 않습니다. "
        "저는 언제든지 계산대에서 이 모든 정보를 열람하거나 고치거나 삭제해 달라고 할 수 있으며, "
        "다른 방법으로도 결제할 수 있습니다."
    ),
    "2026-2-zh": (
        "我同意本店保存我面部的加密模板、我的姓名、电话号码以及经过加密处理的密码，"  # noqa: RUF001
        "以便在我选择刷脸支付时识别我。本店不保存任何照片。我可以随时在服务台查看、更正或删除"
        "所有这些信息，也可以用其他方式付款。"  # noqa: RUF001
    ),
}
DEFAULT: Final = f"{VERSION}-en"


def version(language: str) -> str:
    """The present text's version in a language; English where there is none."""
    return f"{VERSION}-{language if language in LANGUAGES else 'en'}"


def text(version: str) -> str:
    """What a version says, or "" for one that this Facetill does not know."""
    return TEXTS.get(version, "")
