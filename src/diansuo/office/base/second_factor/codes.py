"""Codes by time (RFC 6238) and recovery codes: made and compared, nothing stored.

The secret of an account is drawn from its seed and the key of the home: a copy of the database alone makes no code.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno
from django.utils.crypto import constant_time_compare, salted_hmac

STEP_SECONDS: Final = 30
STEPS_EITHER_WAY: Final = 1
"""A telephone's clock may be half a minute off."""
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10
SECRET_BYTES: Final = 20
SALT: Final = "diansuo.second_factor"


def new_seed() -> str:
    """Return a seed nobody can guess."""
    return secrets.token_hex(32)


def secret_of(seed: str, user_id: int) -> str:
    """Return the secret that the authenticator holds, in base 32."""
    drawn = salted_hmac(f"{SALT}.secret", f"{user_id}:{seed}", algorithm="sha256").digest()
    return base64.b32encode(drawn[:SECRET_BYTES]).decode()


def step_of(code: str, secret: str, now: datetime) -> int | None:
    """Return the time step a code belongs to, near now; None where it is wrong."""
    given, totp = code.replace(" ", ""), pyotp.TOTP(secret, interval=STEP_SECONDS)
    at = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(at - STEPS_EITHER_WAY, at + STEPS_EITHER_WAY + 1):
        if constant_time_compare(totp.generate_otp(step), given):
            found = step
    return found


def address(secret: str, account: str, issuer: str) -> str:
    """Return what the authenticator reads from the picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def picture(text: str) -> str:
    """Return a text as a square picture (SVG without style or script, to stand in a page)."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(scale=4, omitsize=True, svgclass="square-code", lineclass=None)


def new_recovery_codes() -> list[str]:
    """Return recovery codes in groups of four that can be read aloud."""
    drawn = (base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES))
    return ["-".join(each[at : at + 4] for at in range(0, len(each), 4)) for each in drawn]


def recovery_digest(code: str, user_id: int) -> str:
    """Return what is kept of a recovery code; eighty random bits need no slow hash."""
    plain = "".join(each for each in code.upper() if each.isalnum())
    return salted_hmac(f"{SALT}.recovery", f"{user_id}:{plain}", algorithm="sha256").hexdigest()
