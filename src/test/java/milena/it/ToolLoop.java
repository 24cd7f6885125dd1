package milena.it;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

/**
 * What runs in the process of a {@link ToolProcess}: calls one main method after another, as the
 * test that is at the other end of a socket asks for it. It is alone on the tools' class path, so
 * it has to be this one class, without a nested one.
 */
final class ToolLoop {
  private ToolLoop() {}

  /**
   * @param arguments the port of the test, and the jars that each run loads anew, since their
   *     classes keep in static fields what was meant for one run
   */
  public static void main(String[] arguments) throws Exception {
    List<URL> anew = new ArrayList<>();
    for (String jar : List.of(arguments).subList(1, arguments.length)) {
      anew.add(Path.of(jar).toUri().toURL());
    }
    try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(arguments[0]))) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        String mainClass = in.readUTF();
        String method = in.readUTF();
        String[] given = new String[in.readInt()];
        for (int i = 0; i < given.length; i++) {
          given[i] = in.readUTF();
        }
        System.setIn(new ByteArrayInputStream(in.readNBytes(in.readInt())));
        try (URLClassLoader loader =
            new URLClassLoader(anew.toArray(URL[]::new), ToolLoop.class.getClassLoader())) {
          Thread.currentThread().setContextClassLoader(loader);
          out.writeInt(run(loader.loadClass(mainClass), method, given));
        }
      }
    } catch (EOFException e) {
      // The test wants nothing more.
    }
    System.exit(0);
  }

  /** Gives the exit code that the tool's own process would have had. */
  private static int run(Class<?> tool, String method, String[] arguments) throws Exception {
    int[] asked = {-1};
    List<Runnable> hooks = Collections.synchronizedList(new ArrayList<>());
    Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
    Exit.setExitProcedure(
        (status, message) -> {
          asked[0] = asked[0] < 0 ? status : asked[0];
          throw new Error("exit " + status);
        });
    int status = 0;
    try {
      Method main = tool.getDeclaredMethod(method, String[].class);
      main.setAccessible(true);
      status = main.invoke(null, (Object) arguments) instanceof Integer result ? result : 0;
    } catch (InvocationTargetException e) {
      if (asked[0] < 0) {
        e.getCause().printStackTrace();
        status = 1;
      }
    }
    hooks.forEach(Runnable::run);
    System.out.flush();
    System.err.flush();
    return asked[0] < 0 ? status : asked[0];
  }
}
