/** What stands in for a class of Ratis. */
package org.apache.ratis.util;
