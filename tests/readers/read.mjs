// Reads JUnit files with xml2js and xml-js, as test reporters for GitHub do: read.mjs FILE...

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import xmlJs from "xml-js";
import xml2js from "xml2js";

const list = (value) => (value === undefined ? [] : [value].flat());

for (const path of process.argv.slice(2)) {
  const xml = readFileSync(path, "utf8");

  const { testsuites: first } = await xml2js.parseStringPromise(xml);
  const byXml2js = list(first.testsuite).flatMap((suite) => list(suite.testcase));
  for (const { $: attributes } of byXml2js) {
    assert.match(attributes.time, /^\d+\.\d{3}$/, `${path}: the time of ${attributes.name}`);
    assert.ok(attributes.name && attributes.classname, `${path}: a case without name or class`);
  }
  const red = byXml2js.filter((one) => one.failure || one.error).length;
  assert.equal(red, Number(first.$.failures) + Number(first.$.errors), `${path}: red cases`);

  const { testsuites: second } = xmlJs.xml2js(xml, { compact: true });
  const byXmlJs = list(second.testsuite).flatMap((suite) => list(suite.testcase));
  assert.equal(byXmlJs.length, byXml2js.length, `${path}: the two readers count differently`);
  assert.equal(byXmlJs.length, Number(second._attributes.tests), `${path}: the number of cases`);
  console.log(`xml2js, xml-js: ${path}: ${byXmlJs.length} cases, ${red} red`);
}
