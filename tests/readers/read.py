"""Reads JUnit files with junitparser, and with libxml2 and a schema: read.py SCHEMA FILE..."""

import sys

from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))

for path in sys.argv[2:]:
    document = etree.parse(path)
    # What readers want of a case and the schema does not know: its file, and properties, which it has for suites alone.
    for case in document.iter("testcase"):
        case.attrib.pop("file", None)
        for child in case.findall("properties"):
            assert case.index(child) == 0, f"{path}: properties of {case.get('name')} do not come first"
            keys = [one.get("value") for one in child if one.get("name") == "test_key"]
            assert keys == ["MM-T5392"], f"{path}: {case.get('name')} has the keys {keys}"
            case.remove(child)
    if not schema.validate(document):
        sys.exit(f"{path} is not valid: {schema.error_log}")

    report = JUnitXml.fromfile(path)
    suites = list(report)
    counted = dict.fromkeys(["tests", "failures", "errors", "skipped"], 0)
    names = set()
    for suite in suites:
        cases = list(suite)
        kinds = {"failures": Failure, "errors": Error, "skipped": Skipped}
        of_suite = {
            name: sum(isinstance(result, kind) for case in cases for result in case.result)
            for name, kind in kinds.items()
        }
        of_suite["tests"] = len(cases)
        for name, count in of_suite.items():
            counted[name] += count
            declared = getattr(suite, name)
            assert declared == count, f"{path}: suite {suite.name} declares {declared} {name}, and has {count}"
        named = {one.name: one.value for one in suite.properties()}
        assert all(named.values()), f"{path}: suite {suite.name} has an empty property"
        for case in cases:
            assert case.name and case.classname, f"{path}: a case without name or class"
            assert (suite.name, case.classname, case.name) not in names, f"{path}: {case.classname} {case.name} twice"
            names.add((suite.name, case.classname, case.name))
            for result in case.result:
                assert result.message and result.type, f"{path}: {case.name} does not say why"
    for name in ["tests", "failures", "errors"]:
        declared = getattr(report, name)
        assert declared == counted[name], f"{path} declares {declared} {name}, and has {counted[name]}"
    assert counted["tests"] > 0, f"{path} has no case"
    told = ", ".join(f"{count} {name}" for name, count in counted.items())
    print(f"junitparser, libxml2: {path}: {len(suites)} suites, {told}")
