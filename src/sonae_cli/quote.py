"""``sonae quote``: what cover costs, step by step, or why an underwriter decides, or why it is declined."""

from sonae import contract
from sonae.figures import exact_yen
from sonae.programmes import Words, describe
from sonae.rating import Quote, printed, read_request
from sonae_cli.output import File, Output, document, show


def quote(file: File) -> None:
    """Rate a request: premium for the year and for the months of cover, with every step, its factor and its basis."""
    asked = document(file)
    found, data = contract.quote(asked, Output.lang)
    programme = read_request(asked).programme
    words = programme.words(Output.lang)
    lines = [words(f"rating.decision.{found.decision}.name")]
    lines += [
        f"  {each['found']} {each['fix']}" for each in (describe(reason, Output.lang) for reason in found.reasons)
    ]
    if found.premium is not None and found.annual_premium is not None:
        if found.decision == "referred":
            lines.append(words("rating.indication"))
        lines += [f"  {line}" for line in _steps(found, words)]
        lines.append(f"{words('rating.annual_premium')}: {exact_yen(found.annual_premium, Output.lang)}")
        lines.append(f"{words('rating.premium', months=found.months)}: {exact_yen(found.premium, Output.lang)}")
    if programme.status == "sample":
        lines.append(words("rating.sample"))
    show(data, lines)


def _steps(found: Quote, words: Words) -> list[str]:
    amounts = (0, *(step.yen for step in found.steps))
    factors = [
        printed(step.name, step.factor_text, before, step.yen, found.months, words.lang)
        for before, step in zip(amounts, found.steps, strict=False)
    ]
    return [
        f"{factor:>18}  {exact_yen(step.yen, words.lang):>12}  "
        f"{words(f'rating.step.{step.name}.name')} [{words(f'rating.basis.{step.basis}')}]"
        for factor, step in zip(factors, found.steps, strict=True)
    ]
