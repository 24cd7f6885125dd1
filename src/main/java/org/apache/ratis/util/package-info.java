/** What stands in for classes of Ratis. */
package org.apache.ratis.util;
