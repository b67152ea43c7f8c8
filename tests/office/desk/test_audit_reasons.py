"""A reason of our own making is read in the reader's language; what a person wrote stands as it was written."""

from __future__ import annotations

from django.utils.translation import override

from diansuo.office.desk.audit.wording import default_reason, reason_words


def test_a_reason_of_our_own_is_kept_once_and_read_in_both_languages() -> None:
    with override("en"):
        kept = default_reason("released")
        read = reason_words(kept)
        assert reason_words("用户外出") == "用户外出"

    assert kept == "核对无误，属实放行"
    assert read.isascii()
    with override("zh-hans"):
        assert reason_words(kept) == kept
