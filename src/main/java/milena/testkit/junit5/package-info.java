/** A broker for JUnit 5 (Jupiter) tests; JUnit itself is the test's to bring. */
package milena.testkit.junit5;
