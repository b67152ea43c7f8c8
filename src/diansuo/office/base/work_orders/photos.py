"""Photos that come with an answer: told by their first bytes, kept in the home folder under a random name."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from diansuo.office.base.models import WorkOrderPhoto

LARGEST_PHOTO_BYTES = 8 * 2**20
MOST_PHOTOS = 6  # of one answer
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


class UnableToKeepPhoto(ValueError):
    """A file cannot be kept as a photo; the message says why and what to do."""


def media_type(content: bytes) -> str | None:
    """Tell by its first bytes what picture a file is (JPEG, PNG, WebP), or None; its name says nothing."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def check(name: str, content: bytes) -> str:
    """Return the media type of a photo that may be kept.

    Raises:
        UnableToKeepPhoto: it is too large, or no picture.
    """
    if len(content) > LARGEST_PHOTO_BYTES:
        raise UnableToKeepPhoto(
            _("照片“%(name)s”超过 %(most)d MB，请在手机上改用较小的尺寸再传")
            % {"name": name, "most": LARGEST_PHOTO_BYTES // 2**20}
        )
    kind = media_type(content)
    if kind is None:
        raise UnableToKeepPhoto(_("“%(name)s”不是照片。请传 JPG、PNG 或 WebP 格式的照片") % {"name": name})
    return kind


def keep(content: bytes, kind: str) -> str:
    """Write a photo into the home folder; return the name it got."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(16)}{SUFFIXES[kind]}"
    (folder / name).write_bytes(content)
    return name


def discard(name: str) -> None:
    """Take back a photo whose answer was not written after all."""
    (_folder() / name).unlink(missing_ok=True)


def file_of(photo: WorkOrderPhoto) -> Path:
    """Return where a photo lies."""
    return path_of(photo.file_name)


def path_of(name: str) -> Path:
    """Return where a photo of this name lies, whatever it belongs to."""
    return _folder() / Path(name).name


def _folder() -> Path:
    return Path(settings.HOME.photos)
