! Draws faces, fits a VAE and saves its samples.
module faces_calls
  use generative
  logical :: is_stopping = .false.
contains
  subroutine report() ! prints the error of the last call
    character(c_char), pointer :: text(:)
    type(c_ptr) :: message
    message = gen_last_error_message()
    call c_f_pointer(message, text, [strlen(message)])
    print '(*(a))', text
  end subroutine
  subroutine check(status)
    integer(c_int32_t), intent(in) :: status
    if (status /= 0) then; call report(); error stop; end if
  end subroutine
  ! Fortran has no exceptions; a callback must return, though, and not stop the program.
  integer(c_int32_t) function follow(event, user_data) bind(c)
    type(c_ptr), value :: event, user_data
    real(c_double) :: kind, epoch
    follow = merge(2, 0, is_stopping .or. c_associated(user_data)) ! GEN_STOP_NOW or GEN_GO_ON; there is no user_data
    if (gen_struct_value('event'//c_null_char, event, 'kind'//c_null_char, kind) /= 0) follow = 2
    if (gen_struct_value('event'//c_null_char, event, 'epoch'//c_null_char, epoch) /= 0) follow = 2
    if (kind == 1 .and. follow == 0) print '(a, i0)', 'epoch ', int(epoch) ! GEN_EVENT_EPOCH
  end function
end module
program main
  use faces_calls
  character(*), parameter :: vae_kind = 'vae'//c_null_char, shape = 'height=32 width=32 channels=3 ', end = c_null_char
  type(c_ptr) :: drawn, faces, vae, fit, run, grid
  real(c_float) :: pixels(16 * 32 * 32 * 3)
  call check(gen_struct_create('faces'//end, 'n_rows=10000'//end, drawn))
  call check(gen_dataset_create_faces(drawn, faces))
  if (gen_model_create(vae_kind, shape//'latnet_size=10'//end, c_null_ptr, vae) /= 0) call report()
  call check(gen_model_create(vae_kind, shape//'latent_size=10 architecture=convolutional'//end, c_null_ptr, vae))
  call check(gen_struct_create('fit'//end, 'epochs=5 batch_size=32'//end, fit))
  call check(gen_struct_create('run'//end, ''//end, run))
  call check(gen_struct_set_pointer(run, 'event'//end, c_funloc(follow)))
  call check(gen_model_fit(vae, faces, fit, run))
  call check(gen_vae_sample(vae, c_null_ptr, 16_8, 1_8, pixels))
  call check(gen_image_create_grid(pixels, 16_8, 32_8, 32_8, 3_8, c_null_ptr, grid))
  call check(gen_image_save(grid, 'faces.png'//end, c_null_ptr))
  is_stopping = .true.
  if (gen_model_fit(vae, faces, fit, run) /= 0) call report()
end program
