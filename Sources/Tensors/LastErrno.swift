import CShims

/// The calling thread's errno. The name `errno` is a macro that only the ordinary Swift library imports.
package var lastErrno: Int32 {
  get { shim_errno().pointee }
  set { shim_errno().pointee = newValue }
}
