/** A broker for JUnit 4 tests; JUnit itself is the test's to bring. */
package milena.testkit.junit4;
