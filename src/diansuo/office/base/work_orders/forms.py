"""The forms of an order: making it, answering it, judging it, handing it on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.forms import DayInput
from diansuo.office.base.models import Staff, WorkOrder
from diansuo.office.base.work_orders.photos import SUFFIXES
from diansuo.office.base.work_orders.safety import measures
from diansuo.office.base.work_orders.verdicts import choices_of, needs_photo


class PersonField(forms.ModelChoiceField):
    """Somebody of the station, by name and number."""

    def label_from_instance(self, obj: Staff) -> str:
        """Write the person's name, with the number that tells namesakes apart."""
        return f"{obj.name}（{obj.number}）" if obj.number else obj.name


class DispatchForm(forms.Form):
    """What one sitting dispatches: to whom, until when, what is to be done, with which safety measures.

    With ``each`` the person may be left out: every subject then goes to its own suggested person. ``subjects``
    tells that the form came with subjects and so needs no title of its own.
    """

    title = forms.CharField(label=_("事由"), max_length=200)
    source = forms.ChoiceField(label=_("来源"), choices=WorkOrder.Source.choices)
    assignee = PersonField(label=_("接单人"), queryset=None, empty_label=_("请选择"))
    due_date = forms.DateField(label=_("完成期限"), widget=DayInput)
    instruction = forms.CharField(
        label=_("工作内容"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )
    safety = forms.MultipleChoiceField(
        label=_("安全措施"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, people: QuerySet[Staff], *args: Any, subjects: bool = False, each: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people
        self.fields["safety"].choices = measures()
        if subjects:
            del self.fields["title"], self.fields["source"]
        if each:
            self.fields["assignee"].required = False
            self.fields["assignee"].empty_label = _("各自的台区经理")


class SeveralFiles(forms.ClearableFileInput):
    """A field for several files; a phone offers its camera too."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of photos; what they are is judged by their content when they are kept."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files that were chosen, perhaps none."""
        chosen = data if isinstance(data, (list, tuple)) else [data]
        return [super(PhotosField, self).clean(file, initial) for file in chosen if file]


class AnswerForm(forms.Form):
    """What came of the work, in words and photos, with the safety measures that were taken.

    What was asked for with the order must have been done: it is ticked on site, one by one. An order that was sent to
    find something out asks for the verdict as well.
    """

    safety = forms.MultipleChoiceField(
        label=_("已落实的安全措施"), required=False, widget=forms.CheckboxSelectMultiple
    )
    verdict = forms.ChoiceField(label=_("核查结论"), widget=forms.RadioSelect)
    reply = forms.CharField(label=_("处理结果"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)
    photos = PhotosField(
        label=_("现场照片"),
        required=False,
        widget=SeveralFiles(attrs={"accept": ",".join(SUFFIXES)}),
        help_text=_("可拍照或从相册选，最多 6 张，每张不超过 8 MB"),
    )

    def __init__(self, order: WorkOrder, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.asked = order, order.safety
        choices = choices_of(order)
        if choices:
            self.fields["verdict"].choices = choices
        else:
            del self.fields["verdict"]
        self.fields["safety"].choices = [
            (code, _("%(words)s（派工要求）") % {"words": words} if code in order.safety else words)
            for code, words in measures()
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a verdict that is only believed with a photo and has none, nor had one when it was sent back."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        verdict = given.get("verdict", "")
        none = not given.get("photos", True) and not self.order.photos.exists()
        if none and needs_photo(self.order, verdict):
            words = dict(self.fields["verdict"].choices)[verdict]
            self.add_error("photos", _("“%(verdict)s”要附现场照片") % {"verdict": words})
        return given

    def clean_safety(self) -> list[str]:
        """Refuse an answer without the measures that the order asks for."""
        given: list[str] = self.cleaned_data["safety"]
        left = [words for code, words in measures() if code in self.asked and code not in given]
        if left:
            raise ValidationError(_("派工要求的措施还没有勾选：%(left)s") % {"left": "、".join(left)})
        return given


class HandForm(forms.Form):
    """Who takes the order over, and why."""

    staff = PersonField(label=_("转派给"), queryset=None, empty_label=_("请选择"))
    reason = forms.CharField(label=_("原因"), required=False, max_length=200)

    def __init__(self, people: QuerySet[Staff], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = people
