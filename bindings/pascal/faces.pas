{ Draws faces, fits a VAE and saves its samples. }
program faces;
{$mode objfpc}{$H+}{$linklib generative}
uses ctypes, sysutils;
type Follow = function(event: Pointer; is_stopping: PBoolean): cint32; cdecl;
function gen_last_error_message: PChar; cdecl; external;
function gen_struct_create(name, text: PChar; out made: Pointer): cint32; cdecl; external;
function gen_struct_set_pointer(structure: Pointer; member: PChar; address: Pointer): cint32; cdecl; external;
function gen_struct_value(name: PChar; structure: Pointer; member: PChar; out value: Double): cint32; cdecl; external;
function gen_dataset_create_faces(options: Pointer; out made: Pointer): cint32; cdecl; external;
function gen_model_create(kind, text: PChar; context: Pointer; out made: Pointer): cint32; cdecl; external;
function gen_model_fit(model, dataset, options, run: Pointer): cint32; cdecl; external;
function gen_vae_sample(vae, labels: Pointer; n: cint64; seed: cuint64; rows: PSingle): cint32; cdecl; external;
function gen_image_create_grid(rows: PSingle; n, h, w, c: cint64; options: Pointer; out made: Pointer): cint32;
  cdecl; external;
function gen_image_save(image: Pointer; path: PChar; options: Pointer): cint32; cdecl; external;
procedure Check(status: cint32);
begin if status <> 0 then raise Exception.Create(gen_last_error_message) end;
function Number(event: Pointer; member: PChar): Double;
begin Check(gen_struct_value('event', event, member, Result)) end;
function OnEvent(event: Pointer; is_stopping: PBoolean): cint32; cdecl;
begin
  Result := 0; { GEN_GO_ON }
  try { An exception must not leave a callback. }
    if is_stopping^ then raise Exception.Create('enough');
    if Number(event, 'kind') = 1 then WriteLn('epoch ', Round(Number(event, 'epoch'))); { GEN_EVENT_EPOCH }
  except Result := 2 end { GEN_STOP_NOW }
end;
const Shape = 'height=32 width=32 channels=3 ';
var
  drawn, data, vae, fit, run, grid: Pointer;
  pixels: array[1 .. 16 * 32 * 32 * 3] of Single;
  is_stopping: Boolean = False;
begin
  Check(gen_struct_create('faces', 'n_rows=10000', drawn)); Check(gen_dataset_create_faces(drawn, data));
  try
    Check(gen_model_create('vae', Shape + 'latnet_size=10', nil, vae))
  except on e: Exception do WriteLn(e.Message) end;
  Check(gen_model_create('vae', Shape + 'latent_size=10 architecture=convolutional', nil, vae));
  Check(gen_struct_create('fit', 'epochs=5 batch_size=32', fit)); Check(gen_struct_create('run', nil, run));
  Check(gen_struct_set_pointer(run, 'event', @OnEvent)); Check(gen_struct_set_pointer(run, 'user_data', @is_stopping));
  Check(gen_model_fit(vae, data, fit, run)); Check(gen_vae_sample(vae, nil, 16, 1, @pixels));
  Check(gen_image_create_grid(@pixels, 16, 32, 32, 3, nil, grid)); Check(gen_image_save(grid, 'faces.png', nil));
  is_stopping := True;
  try Check(gen_model_fit(vae, data, fit, run)) except on e: Exception do WriteLn(e.Message) end
end.
