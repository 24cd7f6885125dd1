package milena.build;

import static org.objectweb.asm.Opcodes.ACC_INTERFACE;
import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ACC_SYNTHETIC;
import static org.objectweb.asm.Opcodes.DUP;
import static org.objectweb.asm.Opcodes.H_INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.H_INVOKESTATIC;
import static org.objectweb.asm.Opcodes.H_NEWINVOKESPECIAL;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.NEW;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** A class of a jar, and what becomes of it. */
final class LambdaHost {
  private final ClassNode host = new ClassNode();
  private final Map<String, byte[]> classes = new LinkedHashMap<>();
  private boolean isChanged;

  private LambdaHost(byte[] bytes) {
    new ClassReader(bytes).accept(host, 0);
  }

  /**
   * The class, its lambdas being classes and its methods of a record being code, and the classes of
   * the lambdas; internal names to bytes. Empty when it has neither.
   */
  static Map<String, byte[]> rewrite(byte[] bytes) {
    return new LambdaHost(bytes).rewrite();
  }

  private Map<String, byte[]> rewrite() {
    // It would make lambdas out of what nobody writes any more.
    host.methods.removeIf(method -> method.name.equals("$deserializeLambda$"));
    for (MethodNode method : List.copyOf(host.methods)) {
      for (AbstractInsnNode each : method.instructions.toArray()) {
        if (each instanceof InvokeDynamicInsnNode dynamic) {
          replacement(dynamic).ifPresent(now -> method.instructions.set(each, now));
        }
      }
    }
    if (isChanged) {
      ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      host.accept(writer);
      classes.put(host.name, writer.toByteArray());
    }
    return classes;
  }

  private Optional<AbstractInsnNode> replacement(InvokeDynamicInsnNode instruction) {
    Optional<AbstractInsnNode> now =
        LambdaSite.of(instruction)
            .map(this::makeClass)
            .or(() -> RecordMethods.replace(host, instruction));
    isChanged |= now.isPresent();
    return now;
  }

  private AbstractInsnNode makeClass(LambdaSite site) {
    String name = host.name + "$lambda$" + classes.size();
    classes.put(name, LambdaClass.bytes(name, site, reachable(site.body())));
    return LambdaClass.use(name, site);
  }

  /**
   * A method that is private to this class, or may be to one it shares a nest with, needs a way in.
   */
  private Handle reachable(Handle body) {
    if (!body.getOwner().equals(host.name)) {
      return packageOf(body.getOwner()).equals(packageOf(host.name)) ? accessor(body) : body;
    }
    Optional<MethodNode> own = ownMethod(body);
    boolean isPrivate = own.isEmpty() || (own.get().access & ACC_PRIVATE) != 0;
    if (isPrivate && own.isPresent() && body.getTag() == H_INVOKESTATIC) {
      own.get().access = own.get().access & ~ACC_PRIVATE | wayIn();
      return body;
    }
    return isPrivate || body.getTag() == H_INVOKESPECIAL ? accessor(body) : body;
  }

  private Optional<MethodNode> ownMethod(Handle body) {
    return host.methods.stream()
        .filter(method -> method.name.equals(body.getName()) && method.desc.equals(body.getDesc()))
        .findFirst();
  }

  /** Methods of interfaces are public or private, nothing between. */
  private int wayIn() {
    return isInterface() ? ACC_PUBLIC : 0;
  }

  private boolean isInterface() {
    return (host.access & ACC_INTERFACE) != 0;
  }

  private static String packageOf(String name) {
    return name.substring(0, name.lastIndexOf('/') + 1);
  }

  private Handle accessor(Handle body) {
    Type type = LambdaSite.typeOf(body);
    String name = "lambda$way$" + classes.size();
    MethodVisitor code =
        host.visitMethod(
            ACC_STATIC | ACC_SYNTHETIC | wayIn(), name, type.getDescriptor(), null, null);
    if (body.getTag() == H_NEWINVOKESPECIAL) {
      code.visitTypeInsn(NEW, body.getOwner());
      code.visitInsn(DUP);
    }
    int local = 0;
    for (Type argument : type.getArgumentTypes()) {
      code.visitVarInsn(argument.getOpcode(ILOAD), local);
      local += argument.getSize();
    }
    LambdaClass.call(code, body);
    LambdaClass.end(code, type.getReturnType().getOpcode(IRETURN));
    return new Handle(H_INVOKESTATIC, host.name, name, type.getDescriptor(), isInterface());
  }
}
