import pytest

from onboarding.graph.wire import SubscribedSku


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("SPB", "SPB"),
        ("O365_w/o Teams Bundle_M3", "O365_w/o Teams Bundle_M3"),
        ("Microsoft_365_E5_(no_Teams)", "Microsoft_365_E5_(no_Teams)"),
        ("EMS\u00a0E5\t", "EMS E5"),
        ("<b>ODD</b>", "_b_ODD_/b_"),
        ("X" * 300, "X" * 100),
    ],
)
def test_an_odd_name_of_a_product_is_kept_tidily_and_never_hides_the_others(sent: str, kept: str) -> None:
    sku = SubscribedSku.model_validate({"skuPartNumber": sent, "capabilityStatus": "Enabled"})

    assert sku.name == kept
