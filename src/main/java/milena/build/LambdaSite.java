package milena.build;

import static org.objectweb.asm.Opcodes.H_INVOKESTATIC;
import static org.objectweb.asm.Opcodes.H_NEWINVOKESPECIAL;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;

/**
 * One place where a class makes a lambda, as {@code java.lang.invoke.LambdaMetafactory} would be
 * told of it.
 *
 * @param name the method of the functional interface
 * @param captured the types of what the lambda takes along
 * @param interfaces what its class implements, internal names, the functional interface first
 * @param erased the method's type as the interface declares it
 * @param instantiated the same with the types that are known here
 * @param bridges further types the method has to answer to
 * @param body the method that is called
 */
record LambdaSite(
    String name,
    List<Type> captured,
    List<String> interfaces,
    Type erased,
    Type instantiated,
    List<Type> bridges,
    Handle body) {
  private static final String METAFACTORY = "java/lang/invoke/LambdaMetafactory";
  private static final int SERIALIZABLE = 1;
  private static final int MARKERS = 2;
  private static final int BRIDGES = 4;

  /** Empty when the instruction makes something else, such as a concatenated string. */
  static Optional<LambdaSite> of(InvokeDynamicInsnNode instruction) {
    Handle bootstrap = instruction.bsm;
    Object[] told = instruction.bsmArgs;
    if (!bootstrap.getOwner().equals(METAFACTORY)) {
      return Optional.empty();
    }
    Type made = Type.getMethodType(instruction.desc);
    Set<String> interfaces = new LinkedHashSet<>();
    interfaces.add(made.getReturnType().getInternalName());
    List<Type> bridges = new ArrayList<>();
    if (bootstrap.getName().equals("altMetafactory")) {
      readAlternative(told, interfaces, bridges);
    }
    return Optional.of(
        new LambdaSite(
            instruction.name,
            List.of(made.getArgumentTypes()),
            List.copyOf(interfaces),
            (Type) told[0],
            (Type) told[2],
            bridges,
            (Handle) told[1]));
  }

  private static void readAlternative(Object[] told, Set<String> interfaces, List<Type> bridges) {
    int flags = (Integer) told[3];
    int next = 4;
    if ((flags & SERIALIZABLE) != 0) {
      interfaces.add("java/io/Serializable");
    }
    if ((flags & MARKERS) != 0) {
      int markers = (Integer) told[next++];
      for (int i = 0; i < markers; i++) {
        interfaces.add(((Type) told[next++]).getInternalName());
      }
    }
    if ((flags & BRIDGES) != 0) {
      int count = (Integer) told[next++];
      for (int i = 0; i < count; i++) {
        bridges.add((Type) told[next++]);
      }
    }
  }

  /**
   * What a handle's method takes, its receiver among it, and returns; a constructor what it makes.
   */
  static Type typeOf(Handle handle) {
    Type plain = Type.getMethodType(handle.getDesc());
    Type owner = Type.getObjectType(handle.getOwner());
    return switch (handle.getTag()) {
      case H_INVOKESTATIC -> plain;
      case H_NEWINVOKESPECIAL -> Type.getMethodType(owner, plain.getArgumentTypes());
      default -> {
        List<Type> types = new ArrayList<>();
        types.add(owner);
        types.addAll(List.of(plain.getArgumentTypes()));
        yield Type.getMethodType(plain.getReturnType(), types.toArray(new Type[0]));
      }
    };
  }
}
