package milena.broker.raft;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * A real voter under an impatient leader, which the test plays: copies of an append that was slow
 * arrive together with the next append.
 */
public class RepeatedAppendsTest extends JUnitSuite {
  private static final int ENTRIES = 300;
  private static final int COPIES = 3;
  private static final long TERM = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final RaftGroupId GROUP =
      RaftGroupId.valueOf(UUID.fromString("6d696c65-6e61-4d65-a461-646174610001"));

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private ActorTestKit kit;
  private RatisMetadataLog voter;
  private ActorRef<RaftEndpoint.Call> endpoint;

  @Before
  public void start() throws Exception {
    kit = ActorTestKit.create("repeated", ConfigFactory.load());
    voter =
        RatisMetadataLog.start(
            new RaftSettings(1, List.of(1, 2, 3), folder.getRoot().toPath()),
            RaftRpc.Transport.NOBODY,
            failure -> {});
    voter.learn();
    endpoint = kit.spawn(RaftEndpoint.create(voter));
  }

  @After
  public void stop() {
    kit.shutdownTestKit();
    voter.abandon();
  }

  private static byte[] append(int index) {
    AppendEntriesRequestProto.Builder request =
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRequestorId(ByteString.copyFromUtf8("2"))
                    .setReplyId(ByteString.copyFromUtf8("1"))
                    .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(GROUP.toByteString()))
                    .setCallId(index))
            .setLeaderTerm(TERM)
            .addEntries(
                LogEntryProto.newBuilder()
                    .setTerm(TERM)
                    .setIndex(index)
                    .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(0)));
    if (index > 0) {
      request.setPreviousLog(TermIndexProto.newBuilder().setTerm(TERM).setIndex(index - 1));
    }
    return request.build().toByteArray();
  }

  private void send(int index, ActorRef<RaftEndpoint.Answer> replyTo) {
    endpoint.tell(new RaftEndpoint.Call(RaftRpc.Kind.APPEND_ENTRIES, append(index), replyTo));
  }

  @Test
  public void theLogTakesEveryEntryThoughCopiesOfTheOneBeforeComeWithIt() throws Exception {
    TestProbe<RaftEndpoint.Answer> givenUp = kit.createTestProbe();
    TestProbe<RaftEndpoint.Answer> awaited = kit.createTestProbe();
    for (int index = 0; index < ENTRIES; index++) {
      for (int copy = 0; copy < COPIES && index > 0; copy++) {
        send(index - 1, givenUp.getRef());
      }
      send(index, awaited.getRef());
      RaftEndpoint.Answer answer = awaited.receiveMessage(PATIENCE);
      assertNull("entry " + index + " was refused", answer.failure());
      AppendEntriesReplyProto reply = AppendEntriesReplyProto.parseFrom(answer.reply());
      assertEquals("entry " + index, AppendResult.SUCCESS, reply.getResult());
    }
  }
}
