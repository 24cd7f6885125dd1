package milena.build;

import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ACC_SUPER;
import static org.objectweb.asm.Opcodes.ACC_SYNTHETIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ARETURN;
import static org.objectweb.asm.Opcodes.DUP;
import static org.objectweb.asm.Opcodes.GETFIELD;
import static org.objectweb.asm.Opcodes.GETSTATIC;
import static org.objectweb.asm.Opcodes.H_INVOKEINTERFACE;
import static org.objectweb.asm.Opcodes.H_INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.H_INVOKESTATIC;
import static org.objectweb.asm.Opcodes.H_INVOKEVIRTUAL;
import static org.objectweb.asm.Opcodes.H_NEWINVOKESPECIAL;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKEINTERFACE;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.INVOKEVIRTUAL;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.NEW;
import static org.objectweb.asm.Opcodes.PUTFIELD;
import static org.objectweb.asm.Opcodes.PUTSTATIC;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V1_8;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/**
 * The class that a {@link LambdaSite} gets in place of the one that the JVM would spin at run time.
 * A lambda that takes nothing along has one instance, as it would there.
 */
final class LambdaClass {
  private static final String OBJECT = "java/lang/Object";
  private static final String ONLY = "INSTANCE";
  private static final String MAKE = "make";

  private final String name;
  private final LambdaSite site;
  private final Handle body;
  private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);

  private LambdaClass(String name, LambdaSite site, Handle body) {
    this.name = name;
    this.site = site;
    this.body = body;
  }

  /**
   * @param body the site's body, or what can be called in its stead from outside of its class
   */
  static byte[] bytes(String name, LambdaSite site, Handle body) {
    return new LambdaClass(name, site, body).write();
  }

  /** What takes the place of the site's instruction: the same comes from and goes to the stack. */
  static AbstractInsnNode use(String name, LambdaSite site) {
    Type made = Type.getObjectType(site.interfaces().get(0));
    return site.captured().isEmpty()
        ? new FieldInsnNode(GETSTATIC, name, ONLY, made.getDescriptor())
        : new MethodInsnNode(INVOKESTATIC, name, MAKE, factoryType(site), false);
  }

  private static String factoryType(LambdaSite site) {
    return Type.getMethodDescriptor(
        Type.getObjectType(site.interfaces().get(0)), site.captured().toArray(new Type[0]));
  }

  private byte[] write() {
    writer.visit(
        V1_8,
        ACC_FINAL | ACC_SUPER | ACC_SYNTHETIC,
        name,
        null,
        OBJECT,
        site.interfaces().toArray(new String[0]));
    for (int i = 0; i < site.captured().size(); i++) {
      writer.visitField(
          ACC_PRIVATE | ACC_FINAL, field(i), site.captured().get(i).getDescriptor(), null, null);
    }
    writeConstructor();
    if (site.captured().isEmpty()) {
      writeOnly();
    } else {
      writeFactory();
    }
    Set<Type> types = new LinkedHashSet<>(List.of(site.erased()));
    types.addAll(site.bridges());
    types.forEach(this::writeMethod);
    writer.visitEnd();
    return writer.toByteArray();
  }

  private static String field(int index) {
    return "captured" + index;
  }

  private String constructorType() {
    return Type.getMethodDescriptor(Type.VOID_TYPE, site.captured().toArray(new Type[0]));
  }

  private void writeConstructor() {
    MethodVisitor code = writer.visitMethod(ACC_PRIVATE, "<init>", constructorType(), null, null);
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKESPECIAL, OBJECT, "<init>", "()V", false);
    int local = 1;
    for (int i = 0; i < site.captured().size(); i++) {
      Type type = site.captured().get(i);
      code.visitVarInsn(ALOAD, 0);
      code.visitVarInsn(type.getOpcode(ILOAD), local);
      code.visitFieldInsn(PUTFIELD, name, field(i), type.getDescriptor());
      local += type.getSize();
    }
    end(code, RETURN);
  }

  private void writeFactory() {
    MethodVisitor code = writer.visitMethod(ACC_STATIC, MAKE, factoryType(site), null, null);
    code.visitTypeInsn(NEW, name);
    code.visitInsn(DUP);
    int local = 0;
    for (Type type : site.captured()) {
      code.visitVarInsn(type.getOpcode(ILOAD), local);
      local += type.getSize();
    }
    code.visitMethodInsn(INVOKESPECIAL, name, "<init>", constructorType(), false);
    end(code, ARETURN);
  }

  private void writeOnly() {
    String type = "L" + site.interfaces().get(0) + ";";
    writer.visitField(ACC_STATIC | ACC_FINAL, ONLY, type, null, null);
    MethodVisitor code = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
    code.visitTypeInsn(NEW, name);
    code.visitInsn(DUP);
    code.visitMethodInsn(INVOKESPECIAL, name, "<init>", "()V", false);
    code.visitFieldInsn(PUTSTATIC, name, ONLY, type);
    end(code, RETURN);
  }

  private void writeMethod(Type declared) {
    MethodVisitor code =
        writer.visitMethod(ACC_PUBLIC, site.name(), declared.getDescriptor(), null, null);
    Type called = LambdaSite.typeOf(body);
    Type[] wanted = called.getArgumentTypes();
    if (body.getTag() == H_NEWINVOKESPECIAL) {
      code.visitTypeInsn(NEW, body.getOwner());
      code.visitInsn(DUP);
    }
    int next = 0;
    for (Type type : site.captured()) {
      code.visitVarInsn(ALOAD, 0);
      code.visitFieldInsn(GETFIELD, name, field(next), type.getDescriptor());
      Conversion.of(type, type, wanted[next]).write(code);
      next++;
    }
    Type[] given = declared.getArgumentTypes();
    Type[] known = site.instantiated().getArgumentTypes();
    int local = 1;
    for (int i = 0; i < given.length; i++) {
      code.visitVarInsn(given[i].getOpcode(ILOAD), local);
      Conversion.of(given[i], known[i], wanted[next++]).write(code);
      local += given[i].getSize();
    }
    call(code, body);
    Type returned = declared.getReturnType();
    if (returned.getSort() != Type.VOID) {
      Conversion.of(called.getReturnType(), called.getReturnType(), returned).write(code);
    }
    end(code, returned.getOpcode(IRETURN));
  }

  /** Calls what a handle stands for; a new object has been made room for. */
  static void call(MethodVisitor code, Handle handle) {
    code.visitMethodInsn(
        switch (handle.getTag()) {
          case H_INVOKESTATIC -> INVOKESTATIC;
          case H_INVOKEVIRTUAL -> INVOKEVIRTUAL;
          case H_INVOKEINTERFACE -> INVOKEINTERFACE;
          case H_INVOKESPECIAL, H_NEWINVOKESPECIAL -> INVOKESPECIAL;
          default -> throw new IllegalArgumentException("Not a method: " + handle);
        },
        handle.getOwner(),
        handle.getName(),
        handle.getDesc(),
        handle.isInterface());
  }

  static void end(MethodVisitor code, int returning) {
    code.visitInsn(returning);
    code.visitMaxs(0, 0);
    code.visitEnd();
  }
}
