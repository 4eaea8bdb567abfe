// Prints "N passed, N failed" of the last `npm test`, from the report that it left.
import { existsSync, readFileSync } from 'node:fs';

const report = new URL('../test/.results/report.json', import.meta.url);
if (!existsSync(report)) {
  console.log('0 passed, 1 failed');
} else {
  const { numPassedTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot even be loaded counts as a failure too.
  const failed = numFailedTests === 0 && !success ? 1 : numFailedTests;
  console.log(`${numPassedTests} passed, ${failed} failed`);
}
