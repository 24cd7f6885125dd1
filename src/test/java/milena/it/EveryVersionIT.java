package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import milena.testing.WireClient;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Every version of every API that the broker advertises is asked for what it is there for, and
 * answers without an error and without a byte too many. {@link WireExamples} holds the requests.
 */
public class EveryVersionIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final Pattern ERROR_CODE = Pattern.compile("[eE]rrorCode=(-?\\d+)");

  private WireExamples examples;

  @Before
  public void makeExamples() throws Exception {
    examples = new WireExamples(kafka);
  }

  /** What the broker advertises: the lowest and highest version by API. */
  static Map<ApiKeys, int[]> advertised(BrokerRule kafka) throws Exception {
    Map<ApiKeys, int[]> versions = new TreeMap<>();
    try (WireClient client = new WireClient(kafka.broker().address())) {
      ApiVersionsRequestData request =
          new ApiVersionsRequestData().setClientSoftwareName("wire").setClientSoftwareVersion("1");
      ApiVersionsResponseData response = client.call(ApiVersionsResponseData.class, request, 4);
      assertEquals(0, response.errorCode());
      for (var api : response.apiKeys()) {
        if (ApiKeys.hasId(api.apiKey())) {
          versions.put(ApiKeys.forId(api.apiKey()), new int[] {api.minVersion(), api.maxVersion()});
        }
      }
    }
    return versions;
  }

  /** Fails if an error code anywhere in the message is not 0. */
  static void assertNoError(String what, Object response) {
    Matcher codes = ERROR_CODE.matcher(response.toString());
    while (codes.find()) {
      Errors error = Errors.forCode(Short.parseShort(codes.group(1)));
      assertEquals(what + " answers " + response, Errors.NONE, error);
    }
  }

  @Test
  public void everyAdvertisedVersionAnswersItsExample() throws Exception {
    for (var entry : advertised(kafka).entrySet()) {
      ApiKeys api = entry.getKey();
      WireExamples.Example example = examples.of(api);
      if (example == null) {
        assertTrue(api + " is advertised, but there is no example", TestBroker.isApacheKafka());
        continue;
      }
      int from = Math.max(entry.getValue()[0], api.oldestVersion());
      int to = Math.min(entry.getValue()[1], api.latestVersion());
      assertTrue(api + " has no version in common with its clients", from <= to);
      for (int version = from; version <= to; version++) {
        try (WireClient client = new WireClient(kafka.broker().address())) {
          assertNoError(api + " v" + version, example.tried(client, version));
        } catch (Exception e) {
          throw new AssertionError(api + " v" + version, e);
        }
      }
    }
  }

  @Test
  public void requestsOnOneConnectionAreAnsweredInOrder() throws Exception {
    try (WireClient client = new WireClient(kafka.broker().address())) {
      int count = 200;
      for (int i = 1; i <= count; i++) {
        client.sendRaw(
            WireClient.frame(
                examples.request(i % 2 == 0 ? ApiKeys.METADATA : ApiKeys.FETCH), 12, i));
      }
      for (int i = 1; i <= count; i++) {
        assertEquals(i, client.receiveFrame().getInt());
      }
    }
  }

  @Test
  public void aVersionOfApiVersionsFromTheFutureIsAnsweredInTheFirst() throws Exception {
    try (WireClient client = new WireClient(kafka.broker().address())) {
      // API 18 in version 99, correlation id 7, no client id; the rest is for the future to know.
      client.sendRaw(
          new byte[] {0, 0, 0, 12, 0, 18, 0, 99, 0, 0, 0, 7, (byte) 0xff, (byte) 0xff, 0, 0});
      var frame = client.receiveFrame();
      assertEquals(7, frame.getInt());
      var response = new ApiVersionsResponseData();
      response.read(new ByteBufferAccessor(frame), (short) 0);
      assertEquals(Errors.UNSUPPORTED_VERSION.code(), response.errorCode());
      var apiVersions = response.apiKeys().find(ApiKeys.API_VERSIONS.id);
      assertNotNull(apiVersions);
      assertTrue(apiVersions.maxVersion() >= 4);
    }
  }

  @Test
  public void apisOfTheControllerAreNotAdvertisedToClients() throws Exception {
    Map<ApiKeys, int[]> advertised = advertised(kafka);
    for (ApiKeys api :
        List.of(ApiKeys.VOTE, ApiKeys.BROKER_REGISTRATION, ApiKeys.ALTER_PARTITION)) {
      assertFalse(api.toString(), advertised.containsKey(api));
    }
    assertEquals("for an old librdkafka", 0, advertised.get(ApiKeys.PRODUCE)[0]);
  }
}
