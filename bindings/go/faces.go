// Draws faces, fits a VAE and saves its samples.
package main

// #cgo LDFLAGS: -lgenerative
// #include <generative.h>
// int32_t follow(gen_event *event, void *user_data);
import "C"
import ("fmt"; "os"; "runtime"; "unsafe")

var isStopping = false

func message(status C.gen_status) string {
	if status == 0 { return "" }
	return C.GoString(C.gen_last_error_message()) // of this thread: see LockOSThread
}

func check(status C.gen_status) {
	if status != 0 { fmt.Println(message(status)); os.Exit(1) }
}

// A panic that leaves a callback ends the process: recover makes it GEN_STOP_NOW.
//export follow
func follow(event *C.gen_event, _ unsafe.Pointer) (answer C.int32_t) {
	defer func() { if recover() != nil { answer = C.GEN_STOP_NOW } }()
	if isStopping { panic("enough") }
	if event.kind == C.GEN_EVENT_EPOCH { fmt.Println("epoch", event.epoch) }
	return C.GEN_GO_ON
}

func main() {
	runtime.LockOSThread()
	var drawn, fit, run unsafe.Pointer
	var faces *C.gen_dataset; var vae *C.gen_model; var grid *C.gen_image
	var pixels [16 * 32 * 32 * 3]C.float
	check(C.gen_struct_create(C.CString("faces"), C.CString("n_rows=10000"), &drawn))
	check(C.gen_dataset_create_faces((*C.gen_faces_options)(drawn), &faces))
	kind, shape := C.CString("vae"), "height=32 width=32 channels=3 "
	fmt.Println(message(C.gen_model_create(kind, C.CString(shape + "latnet_size=10"), nil, &vae)))
	check(C.gen_model_create(kind, C.CString(shape + "latent_size=10 architecture=convolutional"), nil, &vae))
	check(C.gen_struct_create(C.CString("fit"), C.CString("epochs=5 batch_size=32"), &fit))
	check(C.gen_struct_create(C.CString("run"), nil, &run))
	(*C.gen_run)(run).event = (C.gen_event_fn)(C.follow)
	options := (*C.gen_fit_options)(fit)
	check(C.gen_model_fit(vae, faces, options, (*C.gen_run)(run)))
	check(C.gen_vae_sample(vae, nil, 16, 1, &pixels[0]))
	check(C.gen_image_create_grid(&pixels[0], 16, 32, 32, 3, nil, &grid))
	check(C.gen_image_save(grid, C.CString("faces.png"), nil))
	isStopping = true
	fmt.Println(message(C.gen_model_fit(vae, faces, options, (*C.gen_run)(run))))
}
