"""What the forms of law enforcement ask for, beside the note and the photos."""

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import Action
from apps.cases.choices import Penalty
from apps.cases.form_parts import day_field, yes_no
from apps.organisation.models import Agency


def enforcement_fields(action: Action, targets: Sequence[Agency]) -> Mapping[str, forms.Field]:
    """The fields of ``dissuade``, ``hand_over`` and ``decide_penalty``; of any other action none."""
    if action is Action.DISSUADE:
        return {"heeded": yes_no(_("当事人"), _("听从劝导"), _("不听从"))}
    if action is Action.HAND_OVER:
        return {
            "agency": forms.ChoiceField(
                label=_("执法单位"), choices=[("", _("请选择")), *((body.code, body.name) for body in targets)]
            ),
            "basis": forms.CharField(
                label=_("法律依据"), max_length=200, help_text=_("写明法律、法规或规章的名称和条款。")
            ),
            "until": day_field(_("办理期限"), required=False, explained=_("不填则为法定九十日。")),
        }
    if action is Action.DECIDE_PENALTY:
        return {
            "penalised": yes_no(_("决定"), _("予以处罚"), _("不予处罚")),
            "decided_on": day_field(_("决定日期"), required=True),
            "document": forms.CharField(
                label=_("决定书文号"), max_length=80, required=False, help_text=_("予以处罚时须填。")
            ),
            "penalty": forms.ChoiceField(
                label=_("处罚种类"), choices=[("", _("请选择")), *Penalty.choices], required=False
            ),
            "amount": forms.DecimalField(
                label=_("金额（元）"),
                max_digits=12,
                decimal_places=2,
                min_value=0,
                required=False,
                help_text=_("罚款、没收时须填。"),
                widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
            ),
        }
    return {}
