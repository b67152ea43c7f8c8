"""Bills and notices as PDF: they say what the bill says, to the fen; the same bytes for the same bill."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import Customer
from diansuo.office.base import jobs, wording
from diansuo.office.base.models import Job, Staff, Station, TrailEntry
from diansuo.office.base.scope import Scope
from diansuo.office.base.trail import watch
from diansuo.office.billing import page_queries
from diansuo.office.billing.documents import batch, glyphs, queries, typesetting
from diansuo.office.billing.documents.content import Content, Titles, content_of
from diansuo.office.billing.documents.words import words
from diansuo.office.billing.explaining.queries import Against
from diansuo.office.billing.explaining.why import why
from diansuo.office.billing.marks import mark_words
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.queries import lines as page_lines
from diansuo.office.collection.models import Receivable
from tests.office.base import pages
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
DAY = date(2024, 9, 1)


@pytest.fixture
def station(settings: Settings, tmp_path: Path) -> Station:
    """A station with two issued bills of August 2024: one by steps, one with peak and valley."""
    settings.HOME = replace(settings.HOME, folder=tmp_path / "home")
    station = builder.make_station()
    plain = opened_household(station, "001")
    timed = opened_household(station, "002", price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
    for register, kwh in ((2, 300), (4, 500)):
        read(timed, 202407, kwh, register)
    run(station, 202407)
    read(plain, 202408, 3600)
    read(timed, 202408, 1400.37)
    for register, kwh in ((2, 500.11), (4, 700.26)):
        read(timed, 202408, kwh, register)
    run(station, 202408)
    assert Bill.objects.count() == 2
    return station


def content(bill: Bill) -> Content:
    return content_of(queries.materials(Scope.everything(), [bill.pk], day=DAY)[0], Titles())


def text_of(made: bytes) -> list[str]:
    """Return the lines of text of the whole file, page after page."""
    return [
        line.strip() for page in PdfReader(io.BytesIO(made)).pages for line in page.extract_text().split("\n")
    ]


def holds(text: list[str], run_of_lines: list[str]) -> bool:
    """Tell whether these lines stand one after the other in the text."""
    size = len(run_of_lines)
    return any(text[at : at + size] == run_of_lines for at in range(len(text) - size + 1))


def prepared(station: Station, **options: Any) -> Job:
    return batch.prepare(station, 202408, user=None, now=timezone.now(), **options)


@pytest.mark.usefixtures("station")
def test_the_paper_says_the_bill_to_the_fen() -> None:
    for bill in Bill.objects.all():
        text = text_of(typesetting.pdf(typesetting.BILL, [content(bill)], words()))
        amounts = [
            wording.yuan(line.amount_fen) for line in BillLine.objects.filter(bill=bill).order_by("sequence")
        ]

        assert holds(text, amounts)
        assert sum(int(amount.replace(",", "").replace(".", "")) for amount in amounts) == bill.amount_fen
        assert sum(wording.yuan(bill.amount_fen) in line for line in text) >= 2
        for line in page_lines(Scope.everything(), bill_id=bill.pk):
            assert line.quantity in text
            assert line.price in text
        due = Receivable.objects.get(bill=bill).due_date
        assert any(due.isoformat() in line for line in text)


@pytest.mark.usefixtures("station")
def test_paper_and_page_say_the_same_a_reader_must_know() -> None:
    bill = Bill.objects.order_by("pk").first()
    Bill.objects.filter(pk=bill.pk).update(persons=6, persons_months=8, heating_months=2, free_months=1)
    bill.refresh_from_db()
    words = mark_words(bill)
    on_page = [words[name] for name in page_queries.marks(Scope.everything(), bill) if name != "unverified"]

    assert content(bill)["notes"] == on_page
    assert {words["many_persons"], words["heating"], words["free_energy"]} <= set(on_page)


def test_a_single_bill_explains_on_paper_why_it_differs_and_a_batch_does_not(station: Station) -> None:
    point = Bill.objects.order_by("pk").first().consumption.point
    read(point, 202409, 3900)
    run(station, 202409)
    bill = Bill.objects.get(period=202409, consumption__point=point)
    material = queries.materials(Scope.everything(), [bill.pk], day=DAY)[0]

    explained = content_of(material, Titles(), why(Scope.everything(), bill, Against.LAST_MONTH))

    rows = explained["explanation"]["rows"]
    amounts = [round(Decimal(row[1].replace(",", "")) * 100) for row in rows]
    assert amounts[0] + sum(amounts[1:-1]) == amounts[-1] == bill.amount_fen
    assert explained["explanation"]["title"].startswith("为什么比 2024-08 少")
    lines = text_of(typesetting.pdf(typesetting.BILL, [explained], words()))
    assert explained["explanation"]["title"] in lines
    assert content(bill)["explanation"] is None


@pytest.mark.usefixtures("station")
def test_the_same_bill_gives_the_same_bytes() -> None:
    first = [typesetting.pdf(typesetting.BILL, [content(bill)], words()) for bill in Bill.objects.all()]
    again = [typesetting.pdf(typesetting.BILL, [content(bill)], words()) for bill in Bill.objects.all()]
    assert first == again
    assert first[0] != first[1]


@pytest.mark.usefixtures("station")
def test_rare_characters_are_set_and_what_the_font_lacks_is_said() -> None:
    Customer.objects.filter(number="001").update(
        name="㛃𠮷 O'Neill é 😀👩‍👩‍👧", company=Customer.objects.first().company
    )
    shown = content(Bill.objects.get(contract__customer__number="001"))

    assert shown["name"] == "㛃𠮷 O'Neill é 〓〓〓〓"
    assert any("〓" in note for note in shown["notes"])
    text = "".join(text_of(typesetting.pdf(typesetting.BILL, [shown], words())))
    assert shown["name"].replace(" ", "") in text.replace(" ", "")
    assert not any(
        "〓" in note for note in content(Bill.objects.get(contract__customer__number="002"))["notes"]
    )


def test_the_font_is_asked_which_characters_it_draws() -> None:
    assert glyphs.printable("张三㛃𠮷※é") == "张三㛃𠮷※é"
    assert glyphs.printable("a\u200db\u0007") == "ab"
    assert glyphs.printable("😀") == glyphs.MISSING


@pytest.mark.usefixtures("station")
def test_a_draft_carries_a_watermark_and_asks_for_no_money() -> None:
    Bill.objects.update(state=Bill.State.DRAFT, issued_date=None)
    shown = content(Bill.objects.first())
    assert shown["watermark"] == "未发行"
    assert shown["due"]["lines"] == ["未发行", "仅供核对，不作收费依据"]


@pytest.mark.usefixtures("station")
def test_in_english_nothing_of_ours_is_chinese() -> None:
    with translation.override("en"):
        shown = content(Bill.objects.first())
        text = "\n".join(text_of(typesetting.pdf(typesetting.BILL, [shown], words())))
    assert "Amount due" in text
    assert "应交" not in text
    assert "合计" not in text


def test_a_batch_in_one_file_has_a_page_a_bill(station: Station) -> None:
    job = jobs.run(prepared(station).pk, clock=timezone.now)
    made = batch.result(job).read_bytes()

    numbers = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert ["001" in numbers[0], "002" in numbers[1]] == [True, True]
    assert len(numbers) == Bill.objects.count()

    again = jobs.run(prepared(station).pk, clock=timezone.now)
    assert batch.result(again).read_bytes() == made


def test_notices_stand_three_to_a_page_and_say_the_amount(station: Station) -> None:
    job = jobs.run(prepared(station, document=typesetting.NOTICE).pk, clock=timezone.now)
    text = text_of(batch.result(job).read_bytes())
    assert len(PdfReader(io.BytesIO(batch.result(job).read_bytes())).pages) == 1
    for bill in Bill.objects.all():
        assert wording.yuan(bill.amount_fen) in text


def test_a_zip_holds_a_file_a_customer(station: Station) -> None:
    job = jobs.run(prepared(station, form=batch.ZIP).pk, clock=timezone.now)
    with zipfile.ZipFile(batch.result(job)) as archive:
        names = archive.namelist()
        assert [name.split("_")[1] for name in names] == ["001", "002"]
        assert all(archive.read(name).startswith(b"%PDF") for name in names)


@pytest.mark.parametrize("form", [batch.ONE_FILE, batch.ZIP])
def test_a_batch_that_broke_off_goes_on_and_ends_in_the_same_file(
    station: Station, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(batch, "BILLS_A_PIECE", 1)
    whole = jobs.run(prepared(station, form=form).pk, clock=timezone.now)
    expected = batch.result(whole).read_bytes()

    pdf, made = batch.pdf, []

    def set_and_die(*arguments: Any) -> bytes:
        made.append(arguments)
        if len(made) == 2:
            raise RuntimeError("the power failed")
        return pdf(*arguments)

    monkeypatch.setattr(batch, "pdf", set_and_die)
    job = prepared(station, form=form)
    with pytest.raises(RuntimeError):
        jobs.run(job.pk, clock=timezone.now)
    assert not batch.result(job).exists()

    done = jobs.run(job.pk, clock=timezone.now)
    assert len(made) == 3  # the first piece was not set again
    assert done.state == Job.State.DONE
    assert batch.result(done).read_bytes() == expected


def test_an_empty_month_is_refused(station: Station) -> None:
    with pytest.raises(batch.NothingToSet):
        batch.prepare(station, 202301, user=None, now=timezone.now())
    assert not Job.objects.filter(kind=batch.KIND).exists()


def test_the_pages_order_watch_and_fetch_a_batch(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    station = pages.build(tmp_path)
    client, bill = pages.signed_in("auditor"), Bill.objects.get()
    url = reverse("bill_documents", args=[bill.period])

    answer = client.get(reverse("bill_pdf", args=[bill.pk]))
    assert (answer.headers["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    ordered = {"station": station.pk, "document": "bill", "form": "one-file", "language": "zh-hans"}
    assert client.post(url, ordered).status_code == 302
    job = Job.objects.get(kind=batch.KIND)
    assert "已排队" in client.get(url).content.decode()
    assert client.get(reverse("bill_documents_file", args=[job.pk])).status_code == 404

    jobs.run(job.pk, clock=timezone.now)
    assert client.get(reverse("bill_documents_progress", args=[job.pk])).headers["HX-Refresh"] == "true"
    assert "可下载" in client.get(url).content.decode()
    fetched = b"".join(client.get(reverse("bill_documents_file", args=[job.pk])).streaming_content)
    assert fetched == batch.result(job).read_bytes()
    watch.watch_of().write_down()  # as the commit does that no test inside a transaction comes to
    looks = TrailEntry.objects.filter(what="look").order_by("sequence").values_list("person", "table", "key")
    assert list(looks) == [
        ("auditor", "archive_customer", str(bill.contract.customer_id)),
        ("auditor", "base_job", str(job.pk)),
    ]


def test_nobody_reaches_the_documents_of_another_station(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    station = pages.build(tmp_path)
    job = batch.prepare(station, 202408, user=None, now=timezone.now())
    jobs.run(job.pk, clock=timezone.now)
    other = Station.objects.create(company=station.company, name="Other")
    client: Client = pages.signed_in("auditor")
    Staff.objects.filter(user__username="auditor").update(station=other)
    bill = Bill.objects.get()
    for name, key in (
        ("bill_pdf", bill.pk),
        ("bill_documents_file", job.pk),
        ("bill_documents_progress", job.pk),
    ):
        assert client.get(reverse(name, args=[key])).status_code == 404
    ordered = {"station": station.pk, "document": "bill", "form": "one-file", "language": "en"}
    client.post(reverse("bill_documents", args=[202408]), ordered)
    assert Job.objects.filter(kind=batch.KIND).count() == 1


@pytest.mark.usefixtures("station")
def test_a_long_address_is_cut_into_rows_and_a_long_bill_goes_on_overleaf() -> None:
    bill = Bill.objects.first()
    premise = bill.contract.premise
    premise.address = "河南省郑州市巩义市东村镇第一村民小组幸福路一百二十三号院内西侧三层楼" * 2
    premise.save()
    shown = content(bill)
    cut = [value for label, value in shown["facts"]]
    assert premise.address in "".join(cut)
    assert max(len(value) for value in cut if "河南" in value or "村" in value) <= 20

    shown |= {"size": "a4", "lines": [[one[0]] * 70 for one in shown["lines"]]}
    made = PdfReader(io.BytesIO(typesetting.pdf(typesetting.BILL, [shown], words())))
    assert len(made.pages) == 2
