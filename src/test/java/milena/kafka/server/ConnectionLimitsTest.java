package milena.kafka.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ConnectionLimitsTest extends JUnitSuite {
  private final ConnectionLimits limits = new ConnectionLimits(ServerConfig.of(List.of()));
  private final InetAddress here = InetAddress.getLoopbackAddress();

  @Test
  public void newLimitsHoldFromNowOn() {
    assertNull(limits.enter(here));
    limits.change(1, 5, Map.of());
    assertEquals("max.connections is 1", limits.enter(here));
    limits.leave(here);
    limits.change(9, 1, Map.of());
    assertEquals("max.connections.per.ip is 1", limits.enter(here));
    limits.leave(here);
    limits.change(9, 1, Map.of(here.getHostAddress(), 2));
    assertNull(limits.enter(here));
  }
}
