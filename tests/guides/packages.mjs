// Prints one package.json with the dependencies of several, which must agree on versions.

import { readFileSync } from "node:fs";

const dependencies = {};
for (const file of process.argv.slice(2)) {
    for (const [name, version] of Object.entries(JSON.parse(readFileSync(file, "utf8")).dependencies)) {
        dependencies[name] ??= version;
        if (dependencies[name] !== version) throw new Error(`${file}: ${name} is ${dependencies[name]} elsewhere`);
    }
}
console.log(JSON.stringify({ private: true, type: "module", dependencies }, null, 2));
