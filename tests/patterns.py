"""Patterns of metric filters, as far as ours need them: comparisons of a line's own fields, all of which must hold.

No engine here counts lines; CloudWatch Logs does
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tests import template
from tests.template import Tree

_COMPARISON = re.compile(r'\(?\s*\$\.(?P<name>\w+)\s*(?P<sign>=|>)\s*(?:"(?P<text>[^"]*)"|(?P<number>\d+))\s*\)?')


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Tell whether *pattern* matches *line*, a line of the log read as JSON; a form unknown here is an AssertionError.

    A field that is not there equals nothing, nor is it more than anything.
    """
    inner = re.fullmatch(r"\{(.*)\}", pattern.strip())
    assert inner, f"no pattern for JSON: {pattern}"
    return all(_holds(each.strip(), line) for each in inner[1].split("&&"))


def _holds(written: str, line: dict[str, Any]) -> bool:
    comparison = _COMPARISON.fullmatch(written)
    assert comparison, f"a comparison of another form, which has to be taught here: {written}"
    there = line.get(comparison["name"])
    if comparison["text"] is not None:
        assert comparison["sign"] == "=", written
        return isinstance(there, str) and fnmatchcase(there, comparison["text"])
    if not isinstance(there, int | float):
        return False
    wanted = float(comparison["number"])
    return there == wanted if comparison["sign"] == "=" else there > wanted


def counting(tree: Tree, line: dict[str, Any]) -> Iterator[str]:
    """Name the stack's own metrics that a *line* of its log adds something to."""
    for made in template.resources(tree, "AWS::Logs::MetricFilter").values():
        properties = made["Properties"]
        if properties["LogGroupName"] == {"Ref": "Logs"} and matches(properties["FilterPattern"], line):
            for count in properties["MetricTransformations"]:
                if count["MetricNamespace"] == {"Ref": "AWS::StackName"} and _value(count["MetricValue"], line):
                    yield count["MetricName"]


def _value(written: str, line: dict[str, Any]) -> float:
    """Give what *line* adds to its metric: a number as it is, or the field that `$.name` names, if it is there."""
    return float(line.get(written.removeprefix("$."), 0) if written.startswith("$.") else written)
