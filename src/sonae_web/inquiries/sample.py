"""Inquiries and desks of the sample, plainly sample: nobody wrote them, and nothing is sent."""

from collections.abc import Mapping
from datetime import timedelta

from sonae.contacts import NATIONAL
from sonae_web.accounts.models import Organisation
from sonae_web.ground import clock, numbers, sealed
from sonae_web.inquiries.models import Desk, Inquiry

DESKS = ((NATIONAL, "national"), ("tokyo", "prefecture-0"), ("osaka", "prefecture-1"))
"""Office and key of the organisation: the sample's prefectures are made up, two real ones lead to them."""
ASKED = (
    ("prefecture-0", "open", "見本：従業員の名簿が漏れたときも、補償の対象になりますか。"),
    ("prefecture-0", "open", "見本：2月に申し込むと、補償はいつから始まりますか。\n保険料の振替日も知りたいです。"),
    ("prefecture-0", "answered", "見本：保険料を月払いにできますか。"),
    ("prefecture-0", "closed", "見本：チェックリストは無料ですか。"),
    ("prefecture-1", "open", "見本：委託先から漏れた場合について教えてください。"),
    ("national", "open", "見本：県の中央会がわかりません。どこに申し込めばよいですか。"),
)
ANSWER = "見本：チラシの2ページ目をご覧ください。"


def make(tree: Mapping[str, Organisation]) -> None:
    """Make the desks and some inquiries in every state; the caller has left all scopes."""
    now = clock.now()
    for office, key in DESKS:
        place = tree[key]
        Desk(
            tenant=place.pk, office=office, name="見本 共済・保険担当", phone="00-0000-0000", changed_at=now
        ).save(force_insert=True)  # fmt: skip
    offices = {key: office for office, key in DESKS}
    for number, (key, state, text) in enumerate(ASKED):
        made = now - timedelta(days=number + 1)
        row = Inquiry(
            tenant=tree[key].pk, office=offices[key], state=state, made_at=made, changed_at=made,
            number=f"Q{made.year}-{numbers.take(f'inquiry.{made.year}').start:05}",
            closed_at=made if state == "closed" else None, version=0 if state == "open" else 1,
        )  # fmt: skip
        given = {"text": ANSWER, "by": str(tree[key].pk), "at": made.isoformat(), "sent": True}
        content = {
            "text": text, "business": f"見本問合せ{number + 1}", "name": "", "mail": f"asks{number + 1}@example.jp",
            "phone": "", "lang": "ja", "answers": [] if state == "open" else [given],
        }  # fmt: skip
        sealed.put(row, "content", content)
        row.save(force_insert=True)
