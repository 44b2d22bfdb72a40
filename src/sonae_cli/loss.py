"""``sonae loss``: what a leak would cost this business in a year, and what each unmet control costs."""

from sonae.checklist import read_answers
from sonae.figures import MINUS, yen
from sonae.problems import Refused, problem
from sonae.scoring import score
from sonae_cli.clock import Day, day
from sonae_cli.output import File, Output, document, show

SHOWN = 5


def loss(
    file: File,
    on: Day = "",
) -> None:
    """Work out the expected yearly loss of a business from its answers, by cause, plan and control."""
    from sonae.loss import assess, result  # numpy: only where it is needed

    answers, when = read_answers(document(file)), day(on)
    try:
        found = score(answers.programme, answers.edition, answers.business, answers.given, on=when, asked=answers.asked)
        data = result(assess(answers, when), found)
    except LookupError as error:
        raise Refused([problem("law.no_value", "on", on=when.isoformat())]) from error
    words, lang = answers.programme.words(Output.lang, answers.edition.id), Output.lang
    cost, chance = data["material"]["cost"], data["material"]["probability"]["10"]
    band = f"{yen(data['band']['low'], lang)}–{yen(data['band']['high'], lang)}"
    sign = "年 " if lang == "ja" else ""
    show(
        data,
        [
            f"{words('loss.expected')}: {yen(data['expected_loss'], lang)} ({band})",
            f"{words('loss.insurable')}: {yen(data['expected_insurable'], lang)}",
            f"{words('loss.material')}: {chance:.1%}",
            f"{words('loss.cost')}: {yen(cost['50'], lang)} / {yen(cost['90'], lang)} / {yen(cost['99'], lang)}",
            words("loss.controls"),
            *(
                f"  {sign}{MINUS}{yen(row['saves_per_year'], lang)}  {words(answers.edition.id + '.' + row['question'] + '.action')}"
                for row in data["controls"][:SHOWN]
            ),
            words("loss.caution"),
        ],
    )
