"""Why a transformer area loses more, or less, than its lines must (管理线损的原因): kinds, evidence, ranked lists."""

from diansuo.core.network.causes.kinds import CHECK_OF, NOBODY, NOWHERE, CauseKind, Causes, Check, Evidence

__all__ = ["CHECK_OF", "NOBODY", "NOWHERE", "CauseKind", "Causes", "Check", "Evidence"]
