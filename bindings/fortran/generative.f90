! The functions of the text door. A text ends with c_null_char; a status other than 0 is an error.
module generative
  use, intrinsic :: iso_c_binding
  implicit none
  interface
    function gen_last_error_message() bind(c) result(text)
      import; type(c_ptr) :: text
    end function
    integer(c_int32_t) function gen_struct_create(name, text, made) bind(c)
      import; character(c_char), intent(in) :: name(*), text(*); type(c_ptr), intent(out) :: made
    end function
    integer(c_int32_t) function gen_struct_set_pointer(structure, member, address) bind(c)
      import; type(c_ptr), value :: structure; character(c_char), intent(in) :: member(*); type(c_funptr), value :: address
    end function
    integer(c_int32_t) function gen_struct_value(name, structure, member, value) bind(c)
      import; character(c_char), intent(in) :: name(*), member(*); type(c_ptr), value :: structure
      real(c_double), intent(out) :: value
    end function
    integer(c_int32_t) function gen_dataset_create_faces(options, dataset) bind(c)
      import; type(c_ptr), value :: options; type(c_ptr), intent(out) :: dataset
    end function
    integer(c_int32_t) function gen_model_create(kind, options, context, model) bind(c)
      import; character(c_char), intent(in) :: kind(*), options(*); type(c_ptr), value :: context
      type(c_ptr), intent(out) :: model
    end function
    integer(c_int32_t) function gen_model_fit(model, dataset, options, run) bind(c)
      import; type(c_ptr), value :: model, dataset, options, run
    end function
    integer(c_int32_t) function gen_vae_sample(vae, labels, n_rows, seed, rows) bind(c)
      import; type(c_ptr), value :: vae, labels; integer(c_int64_t), value :: n_rows, seed; real(c_float) :: rows(*)
    end function
    integer(c_int32_t) function gen_image_create_grid(rows, n, h, w, c, options, image) bind(c)
      import; real(c_float) :: rows(*); integer(c_int64_t), value :: n, h, w, c; type(c_ptr), value :: options
      type(c_ptr), intent(out) :: image
    end function
    integer(c_int32_t) function gen_image_save(image, path, options) bind(c)
      import; type(c_ptr), value :: image, options; character(c_char), intent(in) :: path(*)
    end function
    integer(c_size_t) function strlen(text) bind(c)
      import; type(c_ptr), value :: text
    end function
  end interface
end module
